package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * XFRM_MSG_GETSA of all SAs. The answers hold keys: for counters take {@link GetAe}.
 *
 * @param filter XFRMA_PROTO, XFRMA_ADDRESS_FILTER; none for all
 */
public record DumpSas(XfrmAttributes filter) implements XfrmRequest, NlQuery<XfrmSa> {
  public DumpSas() {
    this(XfrmAttributes.NONE);
  }

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETSA;
  }

  @Override
  public int flags() {
    return NlConst.NLM_F_DUMP;
  }

  @Override
  public void writeBody(NlBuffer out) {
    filter.write(out); // the kernel looks for attributes right behind the header
  }

  @Override
  public XfrmSa read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == XfrmMsgType.XFRM_MSG_NEWSA.number() ? XfrmSa.read(answer) : null;
  }

  @Override
  public boolean answersHoldKeys() {
    return true;
  }

  @Override
  public String object() {
    return "all";
  }
}
