package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * XFRM_MSG_GETSA of one SA. One that is not there: ESRCH.
 *
 * @param qualifiers XFRMA_MARK of a marked SA (part of its name); otherwise none
 */
public record GetSa(XfrmUsersaId id, XfrmAttributes qualifiers)
    implements XfrmRequest, NlQuery<XfrmSa> {
  public GetSa(XfrmUsersaId id) {
    this(id, XfrmAttributes.NONE);
  }

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETSA;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(id);
    qualifiers.write(out);
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
    return id.toString();
  }
}
