package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;

/**
 * A piece of a snapshot.
 *
 * @param index the index that the whole snapshot stands for
 * @param part 0, 1, 2, ...
 * @param last whether the snapshot ends with it
 * @param heldNs how long after the snapshot this was cut, nanoseconds
 * @param octets at most {@link #MAX_OCTETS}, keys included
 */
public record SnapshotChunk(
    long epoch, Segment segment, long index, int part, boolean last, long heldNs, Secret octets) {
  /** So that a barrier frame waits at most for one of these. */
  public static final int MAX_OCTETS = 64 << 10;
}
