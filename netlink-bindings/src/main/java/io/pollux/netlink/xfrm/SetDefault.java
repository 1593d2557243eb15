package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;

/** XFRM_MSG_SETDEFAULT: what happens to packets that no policy matches. */
public record SetDefault(XfrmUserpolicyDefault value) implements XfrmRequest {
  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_SETDEFAULT;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(value);
  }

  @Override
  public String object() {
    return value.toString();
  }
}
