package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;

/**
 * A frame whose event is octets already: what the journal keeps and the link carries. The octets
 * hold keys, therefore they are a {@link Secret}.
 *
 * @param heldNs how long the event waited before it was sent, nanoseconds
 * @param more as {@link HaFrame#more}
 * @param event {@link EventCodec}'s octets
 */
public record EncodedFrame(
    long epoch,
    Segment segment,
    long index,
    long previous,
    long heldNs,
    boolean more,
    Secret event) {
  /** A step of one event that did not wait. */
  public EncodedFrame(long epoch, Segment segment, long index, long previous, Secret event) {
    this(epoch, segment, index, previous, 0, false, event);
  }
}
