package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlOctets;

/**
 * A network device as the kernel tells about it.
 *
 * @param type ARPHRD_*
 * @param flags IFF_*
 * @param mtu octets
 * @param operstate IF_OPER_*
 * @param address link-layer address
 * @param link ifindex of the device below; 0 for none
 * @param master ifindex of the bridge or VRF that it belongs to; 0 for none
 * @param kind "veth", "xfrm", "dummy" and so on; empty for hardware
 */
public record RtLink(
    int ifindex,
    String name,
    int type,
    int flags,
    long mtu,
    int operstate,
    NlOctets address,
    int link,
    int master,
    String kind) {
  static RtLink read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(Ifinfomsg.SIZE, "ifinfomsg");
    Ifinfomsg fixed = Ifinfomsg.read(message.buffer(), at);
    String name = "";
    long mtu = 0;
    int operstate = 0;
    NlOctets address = NlOctets.of();
    int link = 0;
    int master = 0;
    String kind = "";
    NlAttr attr = message.attributesBehind(Ifinfomsg.SIZE);
    while (attr.next()) {
      switch (attr.type()) {
        case RtConst.IFLA_IFNAME -> name = attr.string();
        case RtConst.IFLA_MTU -> mtu = attr.u32("IFLA_MTU");
        case RtConst.IFLA_OPERSTATE -> operstate = attr.u8("IFLA_OPERSTATE");
        case RtConst.IFLA_ADDRESS -> address = attr.octets();
        case RtConst.IFLA_LINK -> link = attr.i32("IFLA_LINK");
        case RtConst.IFLA_MASTER -> master = attr.i32("IFLA_MASTER");
        case RtConst.IFLA_LINKINFO -> kind = kind(attr.nested());
        default -> {} // statistics and much else
      }
    }
    return new RtLink(
        fixed.ifiIndex(),
        name,
        fixed.ifiType(),
        fixed.ifiFlags(),
        mtu,
        operstate,
        address,
        link,
        master,
        kind);
  }

  private static String kind(NlAttr info) throws MalformedNetlink {
    String kind = "";
    while (info.next()) {
      if (info.type() == RtConst.IFLA_INFO_KIND) {
        kind = info.string();
      }
    }
    return kind;
  }

  /** Switched on. */
  public boolean up() {
    return (flags & RtConst.IFF_UP) != 0;
  }

  /** Connected: the other end is there too. */
  public boolean carrier() {
    return (flags & RtConst.IFF_LOWER_UP) != 0;
  }
}
