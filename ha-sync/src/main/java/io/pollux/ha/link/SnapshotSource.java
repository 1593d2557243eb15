package io.pollux.ha.link;

import io.pollux.ha.journal.HaSnapshot;

/** Where the leader's snapshots come from: its mirror shadow. */
public interface SnapshotSource {
  /** Everything up to the journal's last index, ages as of {@code nowNs}. */
  HaSnapshot snapshot(long nowNs);
}
