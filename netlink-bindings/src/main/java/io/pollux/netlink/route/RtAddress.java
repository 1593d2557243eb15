package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlMessages;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * An address of a device.
 *
 * @param prefix the address itself, with the length of its network in bits
 * @param flags IFA_F_*
 * @param scope RT_SCOPE_*
 */
public record RtAddress(int ifindex, RtPrefix prefix, int flags, int scope) {
  /** A virtual address: /32, or /128 usable at once (IFA_F_NODAD); no route comes with it. */
  public static RtAddress vip(int ifindex, InetAddress address) {
    int flags = address instanceof Inet6Address ? RtConst.IFA_F_NODAD : 0;
    return new RtAddress(ifindex, RtPrefix.host(address), flags, RtConst.RT_SCOPE_UNIVERSE);
  }

  /** An address with its network. */
  public static RtAddress of(int ifindex, RtPrefix prefix) {
    return new RtAddress(ifindex, prefix, 0, RtConst.RT_SCOPE_UNIVERSE);
  }

  static RtAddress read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(Ifaddrmsg.SIZE, "ifaddrmsg");
    Ifaddrmsg fixed = Ifaddrmsg.read(message.buffer(), at);
    InetAddress address = null;
    InetAddress local = null;
    int flags = fixed.ifaFlags();
    NlAttr attr = message.attributesBehind(Ifaddrmsg.SIZE);
    while (attr.next()) {
      switch (attr.type()) {
        case RtConst.IFA_ADDRESS -> address = attr.address("IFA_ADDRESS");
        case RtConst.IFA_LOCAL -> local = attr.address("IFA_LOCAL");
        case RtConst.IFA_FLAGS -> flags = attr.i32("IFA_FLAGS");
        default -> {} // label, cache info
      }
    }
    // On a point-to-point device IFA_ADDRESS is the other end: linux/if_addr.h.
    InetAddress own = local != null ? local : address;
    if (own == null) {
      throw new MalformedNetlink("ifaddrmsg", "no address");
    }
    return new RtAddress(
        fixed.ifaIndex(), RtParse.prefix(own, fixed.ifaPrefixlen()), flags, fixed.ifaScope());
  }

  @Override
  public String toString() {
    return prefix + " dev " + ifindex;
  }
}
