package io.pollux.ha.vrrp;

/**
 * The intervals of RFC 9568 section 6.1, in nanoseconds. The RFC counts centiseconds; with a finer
 * unit nothing is rounded away at intervals of one centisecond.
 */
public final class VrrpTimers {
  private static final long MISSED_FLOOR_NS =
      5_000_000L; // what a quiet JVM's timer is late at most

  private VrrpTimers() {}

  /** Skew_Time = ((256 - Priority) * Active_Adver_Interval) / 256. */
  public static long skewTimeNs(int priority, long activeAdverIntervalNs) {
    return (256 - priority) * activeAdverIntervalNs / 256;
  }

  /** Active_Down_Interval = (3 * Active_Adver_Interval) + Skew_Time. */
  public static long activeDownIntervalNs(int priority, long activeAdverIntervalNs) {
    return 3 * activeAdverIntervalNs + skewTimeNs(priority, activeAdverIntervalNs);
  }

  /**
   * After this long without an advertisement one has been missed (not an RFC term: the decision
   * table's, for when another sign says that the Active Router is gone): an interval and a quarter.
   */
  public static long missedNs(long activeAdverIntervalNs) {
    return activeAdverIntervalNs + Math.max(activeAdverIntervalNs / 4, MISSED_FLOOR_NS);
  }
}
