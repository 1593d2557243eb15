package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlMessages;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Replay state and lifetimes of a live SA: answer of GETAE, and body of an async event, which are
 * both of type XFRM_MSG_NEWAE.
 */
public record XfrmAevent(XfrmAeventId id, XfrmAttributes attributes) {
  public static XfrmAevent read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(XfrmAeventId.SIZE, "xfrm_aevent_id");
    return new XfrmAevent(
        XfrmAeventId.read(message.buffer(), at),
        XfrmAttributes.read(message.attributesBehind(XfrmAeventId.SIZE)));
  }

  public Optional<XfrmReplay> replay() {
    return attributes.replay();
  }

  /** What the SA has carried. */
  public Optional<XfrmLifetimeCur> lifetime() {
    return attributes.struct(XfrmAttributeType.XFRMA_LTIME_VAL, XfrmLifetimeCur.class);
  }

  /** Packets between two events; asked for with XFRM_AE_RTHR. */
  public OptionalLong replayThreshold() {
    return attributes.number(XfrmAttributeType.XFRMA_REPLAY_THRESH);
  }

  /** Units of 100 ms between two events (though written in jiffies); asked with XFRM_AE_ETHR. */
  public OptionalLong timerThreshold() {
    return attributes.number(XfrmAttributeType.XFRMA_ETIMER_THRESH);
  }

  /** Because so many packets have passed: XFRM_AE_CR. */
  public boolean becauseOfPackets() {
    return (id.flags() & XfrmConst.XFRM_AE_CR) != 0;
  }

  /** Because so much time has passed: XFRM_AE_CE. */
  public boolean becauseOfTime() {
    return (id.flags() & XfrmConst.XFRM_AE_CE) != 0;
  }

  /** Because somebody wrote by NEWAE, perhaps we ourselves: XFRM_AE_CU. To be ignored. */
  public boolean becauseOfUpdate() {
    return (id.flags() & XfrmConst.XFRM_AE_CU) != 0;
  }
}
