package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/** XFRM_MSG_GETDEFAULT: what happens to packets that no policy matches. */
public record GetDefault() implements XfrmRequest, NlQuery<XfrmUserpolicyDefault> {
  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETDEFAULT;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new XfrmUserpolicyDefault(0, 0, 0));
  }

  @Override
  public XfrmUserpolicyDefault read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == XfrmMsgType.XFRM_MSG_GETDEFAULT.number()
        ? XfrmUserpolicyDefault.read(
            answer.buffer(),
            answer.requireBody(XfrmUserpolicyDefault.SIZE, "xfrm_userpolicy_default"))
        : null;
  }

  @Override
  public String object() {
    return "all";
  }
}
