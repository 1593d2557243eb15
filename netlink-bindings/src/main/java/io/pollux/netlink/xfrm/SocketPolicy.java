package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlConst;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The value of IP_XFRM_POLICY and IPV6_XFRM_POLICY: a policy of one socket alone. A bypass lets
 * IKE's own packets pass whatever the policy database says; it survives FLUSHPOLICY.
 */
public final class SocketPolicy {
  /** Octets. */
  public static final int SIZE = XfrmUserpolicyInfo.SIZE;

  private SocketPolicy() {}

  /** For an IPv4 socket, one direction: XFRM_POLICY_IN or XFRM_POLICY_OUT. */
  public static ByteBuffer bypassIpv4(int dir) {
    return bypass(NlConst.AF_INET, dir);
  }

  /** For an IPv6 socket, one direction: XFRM_POLICY_IN or XFRM_POLICY_OUT. */
  public static ByteBuffer bypassIpv6(int dir) {
    return bypass(NlConst.AF_INET6, dir);
  }

  private static ByteBuffer bypass(int family, int dir) {
    ByteBuffer value = ByteBuffer.allocateDirect(SIZE).order(ByteOrder.nativeOrder());
    XfrmPolicy.of(XfrmSelector.any(family), dir, 0).info().write(value, 0);
    return value;
  }
}
