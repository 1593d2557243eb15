package io.pollux.ha.counters;

/**
 * When counters are read.
 *
 * @param inUseNs period for SAs whose counters moved lately
 * @param idleNs period of the sweep over all others; an unchanged reading is sent each time, and
 *     not more often than after half of it
 * @param idleAfterNs an SA that did not move for this long is idle
 */
public record PollPolicy(long inUseNs, long idleNs, long idleAfterNs) {
  /** 100 ms, 10 s, 10 s. */
  public static final PollPolicy DEFAULT =
      new PollPolicy(100_000_000L, 10_000_000_000L, 10_000_000_000L);

  public PollPolicy {
    if (inUseNs <= 0 || idleNs < inUseNs || idleAfterNs < inUseNs) {
      throw new IllegalArgumentException(inUseNs + " " + idleNs + " " + idleAfterNs);
    }
  }
}
