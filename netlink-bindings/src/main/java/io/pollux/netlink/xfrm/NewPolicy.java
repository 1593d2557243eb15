package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;

/**
 * XFRM_MSG_NEWPOLICY and XFRM_MSG_UPDPOLICY. NEWPOLICY of a selector, direction, mark and interface
 * that are there: EEXIST; UPDPOLICY adds or replaces.
 */
public record NewPolicy(XfrmMsgType msgType, XfrmPolicy policy) implements XfrmRequest {
  public NewPolicy {
    if (msgType != XfrmMsgType.XFRM_MSG_NEWPOLICY && msgType != XfrmMsgType.XFRM_MSG_UPDPOLICY) {
      throw new IllegalArgumentException(msgType.name());
    }
  }

  /** NEWPOLICY. */
  public static NewPolicy add(XfrmPolicy policy) {
    return new NewPolicy(XfrmMsgType.XFRM_MSG_NEWPOLICY, policy);
  }

  /** UPDPOLICY. */
  public static NewPolicy replace(XfrmPolicy policy) {
    return new NewPolicy(XfrmMsgType.XFRM_MSG_UPDPOLICY, policy);
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(policy.info());
    policy.attributes().write(out);
  }

  @Override
  public String object() {
    return policy.toString();
  }
}
