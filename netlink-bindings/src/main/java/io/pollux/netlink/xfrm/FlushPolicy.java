package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;

/** XFRM_MSG_FLUSHPOLICY: deletes every policy but those of sockets. */
public record FlushPolicy() implements XfrmRequest {
  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_FLUSHPOLICY;
  }

  @Override
  public void writeBody(NlBuffer out) {} // without XFRMA_POLICY_TYPE it means the main ones

  @Override
  public String object() {
    return "all";
  }
}
