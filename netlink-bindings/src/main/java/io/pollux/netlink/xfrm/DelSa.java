package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;

/**
 * XFRM_MSG_DELSA. An SA that is not there: ESRCH.
 *
 * @param qualifiers XFRMA_MARK of a marked SA (part of its name); otherwise none
 */
public record DelSa(XfrmUsersaId id, XfrmAttributes qualifiers) implements XfrmRequest {
  public DelSa(XfrmUsersaId id) {
    this(id, XfrmAttributes.NONE);
  }

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_DELSA;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(id);
    qualifiers.write(out);
  }

  @Override
  public String object() {
    return id.toString();
  }
}
