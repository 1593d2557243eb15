package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/** XFRM_MSG_GETSPDINFO: how many policies there are, and from which lengths on they are hashed. */
public record GetSpdInfo() implements XfrmRequest, NlQuery<GetSpdInfo.SpdInfo> {
  /** The policy database. */
  public record SpdInfo(
      XfrmuSpdinfo counts, XfrmuSpdhinfo hash, XfrmuSpdhthresh ipv4, XfrmuSpdhthresh ipv6) {}

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETSPDINFO;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(FlagsWord.ALL);
  }

  @Override
  public SpdInfo read(NlMessages answer) throws MalformedNetlink {
    if (answer.type() != XfrmMsgType.XFRM_MSG_NEWSPDINFO.number()) {
      return null;
    }
    answer.requireBody(FlagsWord.SIZE, "flags");
    XfrmuSpdinfo counts = new XfrmuSpdinfo(0, 0, 0, 0, 0, 0);
    XfrmuSpdhinfo hash = new XfrmuSpdhinfo(0, 0);
    XfrmuSpdhthresh ipv4 = new XfrmuSpdhthresh(32, 32);
    XfrmuSpdhthresh ipv6 = new XfrmuSpdhthresh(128, 128);
    NlAttr attr = answer.attributesBehind(FlagsWord.SIZE);
    while (attr.next()) {
      switch (attr.type()) {
        case XfrmConst.XFRMA_SPD_INFO ->
            counts = XfrmuSpdinfo.read(attr.buffer(), attr.require(XfrmuSpdinfo.SIZE, "SPD_INFO"));
        case XfrmConst.XFRMA_SPD_HINFO ->
            hash = XfrmuSpdhinfo.read(attr.buffer(), attr.require(XfrmuSpdhinfo.SIZE, "HINFO"));
        case XfrmConst.XFRMA_SPD_IPV4_HTHRESH -> ipv4 = threshold(attr);
        case XfrmConst.XFRMA_SPD_IPV6_HTHRESH -> ipv6 = threshold(attr);
        default -> {} // a newer kernel may say more
      }
    }
    return new SpdInfo(counts, hash, ipv4, ipv6);
  }

  private static XfrmuSpdhthresh threshold(NlAttr attr) throws MalformedNetlink {
    return XfrmuSpdhthresh.read(attr.buffer(), attr.require(XfrmuSpdhthresh.SIZE, "HTHRESH"));
  }

  @Override
  public String object() {
    return "all";
  }
}
