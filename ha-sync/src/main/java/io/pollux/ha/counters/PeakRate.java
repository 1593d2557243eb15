package io.pollux.ha.counters;

/**
 * The highest packet rate seen, halved every minute: packets per second.
 *
 * @param perSecond at {@code atNs}
 */
record PeakRate(double perSecond, long atNs) {
  /** What an SA may begin to send unseen, if it was not seen to send half of it before. */
  static final double UNSEEN_PER_SECOND = 250_000;

  private static final double HALF_LIFE_NS = 60e9;
  private static final double SECOND_NS = 1e9;

  static PeakRate none(long nowNs) {
    return new PeakRate(0, nowNs);
  }

  /**
   * {@code packets} more than at {@code sinceNs}; readings at the same time count as 1 ms apart.
   */
  PeakRate observe(long packets, long sinceNs, long nowNs) {
    double elapsed = Math.max(nowNs - sinceNs, 1_000_000L) / SECOND_NS;
    double seen = packets / elapsed;
    double decayed = perSecond * Math.pow(2, -Math.max(nowNs - atNs, 0) / HALF_LIFE_NS);
    return new PeakRate(Math.max(seen, decayed), nowNs);
  }

  /** What may come in {@code ns} while nobody looks. */
  long unseen(long ns) {
    return packets(unseenPerSecond(), ns);
  }

  double unseenPerSecond() {
    return Math.max(2 * perSecond, UNSEEN_PER_SECOND);
  }

  /** Packets in {@code ns}, rounded up; at most 2^62. */
  static long packets(double perSecond, long ns) {
    double packets = Math.ceil(perSecond * Math.max(ns, 0) / SECOND_NS);
    return packets >= 0x1p62 ? 1L << 62 : (long) packets;
  }
}
