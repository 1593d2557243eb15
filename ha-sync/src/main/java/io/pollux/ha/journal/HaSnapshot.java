package io.pollux.ha.journal;

import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;

/**
 * Everything that the events up to and including {@code index} of {@code epoch} lead to.
 *
 * @param heldNs how long it was on its way, nanoseconds: all ages are older by that
 * @param sas each IKE SA with its children and counters, ages as of when the snapshot was made
 */
public record HaSnapshot(
    long epoch, Segment segment, long index, long heldNs, List<IkeSaSnapshot> sas) {
  public HaSnapshot {
    sas = List.copyOf(sas);
  }

  /** A snapshot that was made now. */
  public HaSnapshot(long epoch, Segment segment, long index, List<IkeSaSnapshot> sas) {
    this(epoch, segment, index, 0, sas);
  }
}
