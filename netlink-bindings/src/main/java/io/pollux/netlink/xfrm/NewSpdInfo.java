package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;

/**
 * XFRM_MSG_NEWSPDINFO: from which prefix lengths on policies are hashed. Shorter prefixes stay in a
 * list that is walked, so set this before the first policy of a gateway.
 */
public record NewSpdInfo(XfrmuSpdhthresh ipv4, XfrmuSpdhthresh ipv6) implements XfrmRequest {
  /** Hashes from /16 and /32 on: what the networks behind tunnels look like. */
  public static final NewSpdInfo GATEWAY =
      new NewSpdInfo(new XfrmuSpdhthresh(16, 16), new XfrmuSpdhthresh(32, 32));

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_NEWSPDINFO;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(FlagsWord.NONE);
    out.attr(XfrmConst.XFRMA_SPD_IPV4_HTHRESH, ipv4);
    out.attr(XfrmConst.XFRMA_SPD_IPV6_HTHRESH, ipv6);
  }

  @Override
  public String object() {
    return "ipv4=" + text(ipv4) + " ipv6=" + text(ipv6);
  }

  private static String text(XfrmuSpdhthresh threshold) {
    return threshold.lbits() + "/" + threshold.rbits();
  }
}
