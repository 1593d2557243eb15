package io.pollux.ha.role;

import io.pollux.ha.vrrp.VrrpTimers;

/**
 * How long the guard waits for a sign of life before it closes the gate. It must end before the
 * peer's patience does.
 */
public final class Lease {
  private Lease() {}

  /** Half of the peer's Active_Down_Interval (RFC 9568 section 6.1), in nanoseconds. */
  public static long defaultNs(long advertiseIntervalNs, int peerPriority) {
    return VrrpTimers.activeDownIntervalNs(peerPriority, advertiseIntervalNs) / 2;
  }
}
