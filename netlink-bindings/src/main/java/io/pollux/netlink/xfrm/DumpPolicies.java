package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/** XFRM_MSG_GETPOLICY of all policies. Those of sockets come too, with a direction above FWD. */
public record DumpPolicies() implements XfrmRequest, NlQuery<XfrmPolicy> {
  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETPOLICY;
  }

  @Override
  public int flags() {
    return NlConst.NLM_F_DUMP;
  }

  @Override
  public void writeBody(NlBuffer out) {} // a dump has no body

  @Override
  public XfrmPolicy read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == XfrmMsgType.XFRM_MSG_NEWPOLICY.number()
        ? XfrmPolicy.read(answer)
        : null;
  }

  @Override
  public String object() {
    return "all";
  }
}
