package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;

/** XFRM_MSG_DELPOLICY. A policy that is not there: ENOENT. */
public record DelPolicy(PolicyKey key) implements XfrmRequest {
  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_DELPOLICY;
  }

  @Override
  public void writeBody(NlBuffer out) {
    key.write(out);
  }

  @Override
  public String object() {
    return key.toString();
  }
}
