package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * XFRM_MSG_GETAE: replay state and lifetimes of a live SA, without keys. One that is not there:
 * ESRCH.
 *
 * @param aeFlags XFRM_AE_RTHR and XFRM_AE_ETHR to have the thresholds too
 * @param qualifiers XFRMA_MARK of a marked SA (part of its name); otherwise none
 */
public record GetAe(XfrmUsersaId id, int aeFlags, XfrmAttributes qualifiers)
    implements XfrmRequest, NlQuery<XfrmAevent> {
  public GetAe(XfrmUsersaId id) {
    this(id, 0, XfrmAttributes.NONE);
  }

  /** With the thresholds. */
  public static GetAe withThresholds(XfrmUsersaId id) {
    return new GetAe(id, XfrmConst.XFRM_AE_RTHR | XfrmConst.XFRM_AE_ETHR, XfrmAttributes.NONE);
  }

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_GETAE;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new XfrmAeventId(id, XfrmAddress.ANY, aeFlags, Reqid.ZERO));
    qualifiers.write(out);
  }

  @Override
  public XfrmAevent read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == XfrmMsgType.XFRM_MSG_NEWAE.number() ? XfrmAevent.read(answer) : null;
  }

  @Override
  public String object() {
    return id.toString();
  }
}
