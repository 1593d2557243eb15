package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/** XFRM_MSG_GETPOLICY of one policy. One that is not there: ENOENT. */
public record GetPolicy(PolicyKey key) implements XfrmRequest, NlQuery<XfrmPolicy> {
  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETPOLICY;
  }

  @Override
  public void writeBody(NlBuffer out) {
    key.write(out);
  }

  @Override
  public XfrmPolicy read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == XfrmMsgType.XFRM_MSG_NEWPOLICY.number()
        ? XfrmPolicy.read(answer)
        : null;
  }

  @Override
  public String object() {
    return key.toString();
  }
}
