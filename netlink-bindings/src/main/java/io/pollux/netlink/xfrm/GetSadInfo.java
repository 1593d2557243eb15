package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/** XFRM_MSG_GETSADINFO: how many SAs there are. */
public record GetSadInfo() implements XfrmRequest, NlQuery<GetSadInfo.SadInfo> {
  /**
   * The SA database.
   *
   * @param count SAs
   */
  public record SadInfo(long count, XfrmuSadhinfo hash) {}

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETSADINFO;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(FlagsWord.ALL);
  }

  @Override
  public SadInfo read(NlMessages answer) throws MalformedNetlink {
    if (answer.type() != XfrmMsgType.XFRM_MSG_NEWSADINFO.number()) {
      return null;
    }
    answer.requireBody(FlagsWord.SIZE, "flags");
    long count = 0;
    XfrmuSadhinfo hash = new XfrmuSadhinfo(0, 0);
    NlAttr attr = answer.attributesBehind(FlagsWord.SIZE);
    while (attr.next()) {
      switch (attr.type()) {
        case XfrmConst.XFRMA_SAD_CNT -> count = attr.u32("XFRMA_SAD_CNT");
        case XfrmConst.XFRMA_SAD_HINFO ->
            hash =
                XfrmuSadhinfo.read(
                    attr.buffer(), attr.require(XfrmuSadhinfo.SIZE, "XFRMA_SAD_HINFO"));
        default -> {} // a newer kernel may say more
      }
    }
    return new SadInfo(count, hash);
  }

  @Override
  public String object() {
    return "all";
  }
}
