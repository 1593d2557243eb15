package io.pollux.ha.journal;

import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;

/**
 * Everything that the events up to and including {@code index} of {@code epoch} lead to.
 *
 * @param sas each IKE SA with its children and counters, ages as of when the snapshot was made
 */
public record HaSnapshot(long epoch, Segment segment, long index, List<IkeSaSnapshot> sas) {
  public HaSnapshot {
    sas = List.copyOf(sas);
  }
}
