package io.pollux.agent.kernel;

import io.pollux.netlink.xfrm.SaBuilder;
import io.pollux.netlink.xfrm.XfrmMark;
import io.pollux.netlink.xfrm.XfrmPolicy;

/**
 * What ties SAs and policies of a route tunnel to its device. A VTI's mark stands on the policies
 * alone: an SA without a mark matches every one, so that counters are read and written alike for
 * all tunnels.
 *
 * @param ifId XFRMA_IF_ID; 0 = none
 * @param mark XFRMA_MARK of the policies; 0 = none
 */
record Binding(int ifId, int mark) {
  /** A policy tunnel. */
  static final Binding NONE = new Binding(0, 0);

  boolean isRoute() {
    return ifId != 0 || mark != 0;
  }

  SaBuilder on(SaBuilder sa) {
    return ifId == 0 ? sa : sa.ifId(ifId);
  }

  XfrmPolicy on(XfrmPolicy policy) {
    if (ifId != 0) {
      return policy.withIfId(ifId);
    }
    return mark == 0 ? policy : policy.withMark(XfrmMark.exact(mark));
  }
}
