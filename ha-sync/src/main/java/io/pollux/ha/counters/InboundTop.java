package io.pollux.ha.counters;

/**
 * The highest sequence number that a standby's inbound window starts with; its bitmap is full, so
 * nothing at or below it is accepted.
 */
public enum InboundTop {
  /** Last known: what the dead node received after that could be replayed once. */
  LENIENT,
  /** Moved up by peak rate * age: no replay, at most that many packets lost. */
  STRICT;

  private static final long LAST_32 = (1L << 32) - 1;

  /** Unsigned; never beyond the last number. */
  public long top(long lastSeq, double peakPerSecond, long ageNs, boolean esn) {
    if (this == LENIENT) {
      return lastSeq;
    }
    long ahead = PeakRate.packets(peakPerSecond, ageNs);
    long last = esn ? -1L : LAST_32;
    return Long.compareUnsigned(last - lastSeq, ahead) < 0 ? last : lastSeq + ahead;
  }
}
