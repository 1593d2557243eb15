package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlNotification;
import io.pollux.netlink.wire.NlOctets;
import java.nio.ByteBuffer;

/** What the kernel tells the XFRM groups (XFRMNLGRP_*). */
public sealed interface XfrmNotification extends NlNotification {
  /** A packet needs an SA. Group XFRMNLGRP_ACQUIRE. */
  record Acquire(XfrmUserAcquire acquire, XfrmAttributes attributes) implements XfrmNotification {
    /** The policy that asks; its low three bits are the direction. */
    public int policyIndex() {
      return acquire.policy().index();
    }
  }

  /** A limit of an SA is reached. Group XFRMNLGRP_EXPIRE. */
  record Expire(XfrmUserExpire expire, XfrmAttributes attributes) implements XfrmNotification {
    /** Whether it was the hard limit, and the SA is gone. */
    public boolean hard() {
      return expire.hard();
    }

    /** What names the SA. */
    public XfrmUsersaId id() {
      return new XfrmSa(expire.state(), attributes).id();
    }
  }

  /** A limit of a policy is reached. Group XFRMNLGRP_EXPIRE. */
  record PolicyExpire(XfrmUserPolexpire expire, XfrmAttributes attributes)
      implements XfrmNotification {}

  /** Counters of an SA. Group XFRMNLGRP_AEVENTS. */
  record Aevent(XfrmAevent event) implements XfrmNotification {}

  /** A peer's NAT has given it another address or port. Group XFRMNLGRP_MAPPING. */
  record Mapping(XfrmUserMapping mapping) implements XfrmNotification {}

  /** A packet was refused by the rules of Mobile IPv6. Group XFRMNLGRP_REPORT. */
  record Report(XfrmUserReport report, XfrmAttributes attributes) implements XfrmNotification {}

  /** Somebody has added or updated an SA. Group XFRMNLGRP_SA. */
  record SaChanged(XfrmMsgType type, XfrmSa sa) implements XfrmNotification {}

  /** Somebody has deleted an SA. Group XFRMNLGRP_SA. */
  record SaDeleted(XfrmUsersaId id, XfrmAttributes attributes) implements XfrmNotification {}

  /** Somebody has deleted all SAs of a protocol (0 is all). Group XFRMNLGRP_SA. */
  record SasFlushed(int proto) implements XfrmNotification {}

  /** Somebody has added or updated a policy. Group XFRMNLGRP_POLICY. */
  record PolicyChanged(XfrmMsgType type, XfrmPolicy policy) implements XfrmNotification {}

  /** Somebody has deleted a policy. Group XFRMNLGRP_POLICY. */
  record PolicyDeleted(XfrmUserpolicyId id, XfrmAttributes attributes)
      implements XfrmNotification {}

  /** Somebody has deleted all policies. Group XFRMNLGRP_POLICY. */
  record PoliciesFlushed() implements XfrmNotification {}

  /** A message that this table does not know: kept as it came. */
  record Unknown(int type, NlOctets body) implements XfrmNotification {}

  /** Reads any message of the family. */
  static XfrmNotification read(NlMessages message) throws MalformedNetlink {
    XfrmMsgType type = XfrmMsgType.of(message.type());
    if (type == null) {
      return unknown(message);
    }
    int at = message.requireBody(type.bodySize(), type.name());
    ByteBuffer in = message.buffer();
    return switch (type) {
      case XFRM_MSG_ACQUIRE -> new Acquire(XfrmUserAcquire.read(in, at), attributes(message, type));
      case XFRM_MSG_EXPIRE -> new Expire(XfrmUserExpire.read(in, at), attributes(message, type));
      case XFRM_MSG_POLEXPIRE ->
          new PolicyExpire(XfrmUserPolexpire.read(in, at), attributes(message, type));
      case XFRM_MSG_NEWAE -> new Aevent(XfrmAevent.read(message));
      case XFRM_MSG_MAPPING -> new Mapping(XfrmUserMapping.read(in, at));
      case XFRM_MSG_REPORT -> new Report(XfrmUserReport.read(in, at), attributes(message, type));
      case XFRM_MSG_NEWSA, XFRM_MSG_UPDSA -> new SaChanged(type, XfrmSa.read(message));
      case XFRM_MSG_DELSA -> new SaDeleted(XfrmUsersaId.read(in, at), attributes(message, type));
      case XFRM_MSG_FLUSHSA -> new SasFlushed(NlBytes.u8(in, at));
      case XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY ->
          new PolicyChanged(type, XfrmPolicy.read(message));
      case XFRM_MSG_DELPOLICY ->
          new PolicyDeleted(XfrmUserpolicyId.read(in, at), attributes(message, type));
      case XFRM_MSG_FLUSHPOLICY -> new PoliciesFlushed();
      case XFRM_MSG_GETSA,
          XFRM_MSG_GETPOLICY,
          XFRM_MSG_ALLOCSPI,
          XFRM_MSG_GETAE,
          XFRM_MSG_MIGRATE,
          XFRM_MSG_NEWSADINFO,
          XFRM_MSG_GETSADINFO,
          XFRM_MSG_NEWSPDINFO,
          XFRM_MSG_GETSPDINFO,
          XFRM_MSG_SETDEFAULT,
          XFRM_MSG_GETDEFAULT ->
          unknown(message);
    };
  }

  private static XfrmAttributes attributes(NlMessages message, XfrmMsgType type)
      throws MalformedNetlink {
    return XfrmAttributes.read(message.attributesBehind(type.bodySize()));
  }

  private static Unknown unknown(NlMessages message) {
    int length = message.end() - message.body();
    return new Unknown(message.type(), NlOctets.read(message.buffer(), message.body(), length));
  }
}
