package io.pollux.ha.journal;

/** How a standby that comes back is brought up to date. */
public sealed interface Resumption {
  /** All that it misses is in the journal: frames {@code after} this index. */
  record Tail(long after) implements Resumption {}

  /** It needs everything anew. */
  record Snapshot(String why) implements Resumption {}
}
