package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;

/**
 * RTM_NEWADDR and RTM_DELADDR. Adding one that is there: EEXIST; deleting one that is not:
 * EADDRNOTAVAIL.
 */
public record AddressRequest(RtMsgType msgType, int flags, RtAddress address)
    implements RouteNlRequest {
  public static AddressRequest add(RtAddress address) {
    return new AddressRequest(
        RtMsgType.RTM_NEWADDR, NlConst.NLM_F_CREATE | NlConst.NLM_F_EXCL, address);
  }

  /** Adds, or changes the flags of the one that is there. */
  public static AddressRequest replace(RtAddress address) {
    return new AddressRequest(
        RtMsgType.RTM_NEWADDR, NlConst.NLM_F_CREATE | NlConst.NLM_F_REPLACE, address);
  }

  public static AddressRequest delete(RtAddress address) {
    return new AddressRequest(RtMsgType.RTM_DELADDR, 0, address);
  }

  @Override
  public void writeBody(NlBuffer out) {
    RtPrefix prefix = address.prefix();
    out.struct(
        new Ifaddrmsg(
            prefix.family(),
            prefix.length(),
            address.flags() & 0xff,
            address.scope(),
            address.ifindex()));
    out.attrAddress(RtConst.IFA_LOCAL, prefix.address());
    out.attrAddress(RtConst.IFA_ADDRESS, prefix.address());
    if (address.flags() > 0xff) {
      out.attrU32(RtConst.IFA_FLAGS, address.flags());
    }
  }

  @Override
  public String object() {
    return address.toString();
  }
}
