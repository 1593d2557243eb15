package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import java.util.List;

/**
 * XFRM_MSG_NEWAE: writes replay state, lifetimes or thresholds of a live SA, forward or backward,
 * at once.
 *
 * <p>The kernel refuses a state whose bitmap is not as long as the SA's (EINVAL) and one for an SA
 * that is not there (ESRCH). <b>It answers 0 and does nothing</b> when the form is the other one
 * than the SA's (ESN or legacy). It overwrites the whole state, so never write to an inbound SA of
 * an active node.
 *
 * @param attributes at least one of XFRMA_REPLAY_VAL, XFRMA_REPLAY_ESN_VAL, XFRMA_LTIME_VAL,
 *     XFRMA_REPLAY_THRESH, XFRMA_ETIMER_THRESH (else EINVAL); XFRMA_MARK of a marked SA
 */
public record NewAe(XfrmUsersaId id, XfrmAttributes attributes) implements XfrmRequest {
  /** Writes a replay state. */
  public static NewAe replay(XfrmUsersaId id, XfrmReplay state) {
    return new NewAe(id, new XfrmAttributes(List.of(attribute(state))));
  }

  /** Writes a replay state of an SA with a mark, which is part of its name. */
  public static NewAe replay(XfrmUsersaId id, XfrmReplay state, XfrmMark mark) {
    XfrmAttribute named = new XfrmAttribute.Struct(XfrmAttributeType.XFRMA_MARK, mark);
    return new NewAe(id, new XfrmAttributes(List.of(attribute(state), named)));
  }

  /** Writes thresholds: packets, and jiffies (read back in units of 100 ms). */
  public static NewAe thresholds(XfrmUsersaId id, long packets, long jiffies) {
    return new NewAe(
        id,
        new XfrmAttributes(
            List.of(
                new XfrmAttribute.U32(XfrmAttributeType.XFRMA_REPLAY_THRESH, packets),
                new XfrmAttribute.U32(XfrmAttributeType.XFRMA_ETIMER_THRESH, jiffies))));
  }

  /** Writes what an SA is said to have carried. */
  public static NewAe lifetime(XfrmUsersaId id, XfrmLifetimeCur carried) {
    return new NewAe(
        id,
        new XfrmAttributes(
            List.of(new XfrmAttribute.Struct(XfrmAttributeType.XFRMA_LTIME_VAL, carried))));
  }

  private static XfrmAttribute attribute(XfrmReplay state) {
    return new XfrmAttribute.Struct(
        state.esn() ? XfrmAttributeType.XFRMA_REPLAY_ESN_VAL : XfrmAttributeType.XFRMA_REPLAY_VAL,
        state);
  }

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_NEWAE;
  }

  @Override
  public int flags() {
    return NlConst.NLM_F_REPLACE;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new XfrmAeventId(id, XfrmAddress.ANY, 0, Reqid.ZERO));
    attributes.write(out);
  }

  @Override
  public String object() {
    return id.toString();
  }
}
