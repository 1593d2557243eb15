package io.pollux.ike.engine;

/**
 * What an engine needs to know besides its connections. All times in nanoseconds.
 *
 * @param nodeBit 0 or 1: the top bit of every SPI that this node draws, so that two nodes of a pair
 *     can never choose the same one (RFC 6311 section 3.3)
 * @param natKeepaliveNs how often a gateway behind a NAT sends a keepalive (RFC 3948 section 4)
 * @param busyRetryNs how long a request that met TEMPORARY_FAILURE waits (RFC 7296 section 2.25);
 *     as much again is added as jitter
 * @param closeNs how long a replaced SA waits for the peer's Delete before we delete it ourselves
 * @param maxChildren Child SAs per IKE SA; the peer gets NO_ADDITIONAL_SAS above it
 */
public record EngineConfig(
    int nodeBit,
    Ports ports,
    Retransmission retransmission,
    HalfOpenLimits halfOpen,
    Backoff restart,
    long natKeepaliveNs,
    long busyRetryNs,
    long closeNs,
    int maxChildren) {
  public EngineConfig {
    if (nodeBit != 0 && nodeBit != 1) {
      throw new IllegalArgumentException("nodeBit " + nodeBit);
    }
  }

  private static final long SECOND = 1_000_000_000L;

  /** What a gateway uses unless its operator says otherwise. */
  public static EngineConfig defaults(int nodeBit) {
    return new EngineConfig(
        nodeBit,
        new Ports(500, 4500),
        new Retransmission(2 * SECOND, 180, 30 * SECOND, 8),
        new HalfOpenLimits(64, 4096, 128, 30 * SECOND),
        new Backoff(2 * SECOND, 60 * SECOND),
        20 * SECOND,
        5 * SECOND,
        60 * SECOND,
        256);
  }

  /**
   * UDP ports (RFC 7296 section 2.23).
   *
   * @param ike where an initiator starts, 500
   * @param natTraversal where it goes on behind a NAT, 4500; messages there carry the non-ESP
   *     marker
   */
  public record Ports(int ike, int natTraversal) {}

  /**
   * Retransmission of requests (RFC 7296 section 2.4).
   *
   * @param firstNs wait before the first repetition
   * @param factorPercent each wait is this much of the one before it, at least 100
   * @param maxNs the longest wait
   * @param tries how often the request is sent altogether before the peer counts as dead, at least
   *     1
   */
  public record Retransmission(long firstNs, int factorPercent, long maxNs, int tries) {
    /** The wait after the {@code sent}-th transmission, counted from 1. */
    public long waitNs(int sent) {
      long wait = firstNs;
      for (int i = 1; i < sent && wait < maxNs; i++) {
        wait = wait / 100 * factorPercent;
      }
      return Math.min(wait, maxNs);
    }
  }

  /**
   * Limits on what a stranger can grow (RFC 7296 section 2.6).
   *
   * @param cookiesAbove number of half-open IKE SAs from which on cookies are asked for
   * @param max half-open IKE SAs altogether
   * @param maxPerAddress half-open IKE SAs of one address
   * @param timeoutNs how long a half-open IKE SA is kept
   */
  public record HalfOpenLimits(int cookiesAbove, int max, int maxPerAddress, long timeoutNs) {}

  /** Waits that double from {@code firstNs} to {@code maxNs}; half as much is added as jitter. */
  public record Backoff(long firstNs, long maxNs) {
    /** The wait after {@code failures} failures in a row, counted from 1. */
    public long waitNs(int failures) {
      int doublings = Math.min(Math.max(failures - 1, 0), 20);
      return Math.min(maxNs, firstNs << doublings);
    }
  }
}
