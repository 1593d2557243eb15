package io.pollux.ha.shadow;

import java.util.List;

/** What became of a frame or snapshot that was given to a {@link Shadow}. */
public sealed interface ShadowOutcome {
  /**
   * Taken: acknowledge {@link Shadow#index} as received, then carry out the changes. A frame whose
   * step is not whole yet moves neither.
   */
  record Applied(List<ShadowChange> changes) implements ShadowOutcome {
    public Applied {
      changes = List.copyOf(changes);
    }
  }

  /** The shadow has it already; nothing changed. */
  record Duplicate() implements ShadowOutcome {}

  /** It comes from a reign that is over: refused, and worth an alarm. */
  record OldEpoch(long heldEpoch, long receivedEpoch) implements ShadowOutcome {}

  /** The shadow cannot follow from here on; nothing changed. Ask for a snapshot. */
  record SnapshotNeeded(String why) implements ShadowOutcome {}
}
