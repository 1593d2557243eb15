package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlOctets;
import java.net.Inet4Address;
import java.net.InetAddress;

/** RTM_NEWLINK, RTM_SETLINK and RTM_DELLINK. */
public final class LinkRequest implements RouteNlRequest {
  private interface Body {
    void write(NlBuffer out);
  }

  private final RtMsgType type;
  private final int flags;
  private final Ifinfomsg fixed;
  private final String object;
  private final Body attributes;

  private LinkRequest(RtMsgType type, int flags, Ifinfomsg fixed, String object, Body attributes) {
    this.type = type;
    this.flags = flags;
    this.fixed = fixed;
    this.object = object;
    this.attributes = attributes;
  }

  /** Switches a device on. */
  public static LinkRequest up(int ifindex) {
    Ifinfomsg fixed = new Ifinfomsg(0, 0, ifindex, RtConst.IFF_UP, RtConst.IFF_UP);
    return set(fixed, "up", _ -> {});
  }

  /** Switches a device off. */
  public static LinkRequest down(int ifindex) {
    return set(new Ifinfomsg(0, 0, ifindex, 0, RtConst.IFF_UP), "down", _ -> {});
  }

  /** Sets the MTU, in octets. */
  public static LinkRequest mtu(int ifindex, long mtu) {
    return set(of(ifindex), "mtu " + mtu, out -> out.attrU32(RtConst.IFLA_MTU, mtu));
  }

  /** Sets the link-layer address. */
  public static LinkRequest address(int ifindex, NlOctets address) {
    return set(
        of(ifindex), "address " + address, out -> out.attrOctets(RtConst.IFLA_ADDRESS, address));
  }

  /** Moves a device into the network namespace that an open descriptor names. */
  public static LinkRequest moveTo(int ifindex, int namespaceFd) {
    return set(of(ifindex), "netns", out -> out.attrU32(RtConst.IFLA_NET_NS_FD, namespaceFd));
  }

  /** Makes a device part of a bridge or VRF; 0 for none. */
  public static LinkRequest master(int ifindex, int master) {
    return set(of(ifindex), "master " + master, out -> out.attrU32(RtConst.IFLA_MASTER, master));
  }

  /** Deletes a device that is not hardware. */
  public static LinkRequest delete(int ifindex) {
    return new LinkRequest(RtMsgType.RTM_DELLINK, 0, of(ifindex), "dev " + ifindex, _ -> {});
  }

  /** Makes a dummy device. */
  public static LinkRequest dummy(String name) {
    return create(name, "dummy", _ -> {});
  }

  /** Makes a pair of devices that are the ends of a cable. */
  public static LinkRequest veth(String name, String peer) {
    return create(
        name,
        "veth",
        out -> {
          int other = out.beginNested(RtConst.VETH_INFO_PEER);
          out.struct(of(0));
          out.attrString(RtConst.IFLA_IFNAME, peer);
          out.endAttr(other);
        });
  }

  /**
   * Makes an XFRM interface for the SAs of one if_id.
   *
   * @param underlay ifindex of the device below; 0 for any
   */
  public static LinkRequest xfrm(String name, int ifId, int underlay) {
    return create(
        name,
        "xfrm",
        out -> {
          out.attrU32(RtConst.IFLA_XFRM_IF_ID, Integer.toUnsignedLong(ifId));
          if (underlay != 0) {
            out.attrU32(RtConst.IFLA_XFRM_LINK, underlay);
          }
        });
  }

  /** Makes an XFRM interface whose if_id stands in each route; 6.1 and later, probe: EINVAL. */
  public static LinkRequest xfrmCollectMetadata(String name) {
    return create(name, "xfrm", out -> out.attrFlag(RtConst.IFLA_XFRM_COLLECT_METADATA));
  }

  /** Makes a virtual tunnel interface for the SAs of one mark. */
  public static LinkRequest vti(String name, InetAddress local, InetAddress remote, int key) {
    return create(
        name,
        local instanceof Inet4Address ? "vti" : "vti6",
        out -> {
          out.attrBe32(RtConst.IFLA_VTI_IKEY, key);
          out.attrBe32(RtConst.IFLA_VTI_OKEY, key);
          out.attrAddress(RtConst.IFLA_VTI_LOCAL, local);
          out.attrAddress(RtConst.IFLA_VTI_REMOTE, remote);
        });
  }

  /** Makes a macvlan in bridge mode over another device, with an address of its own (VRRP). */
  public static LinkRequest macvlan(String name, int underlay, NlOctets address) {
    LinkRequest device =
        create(
            name,
            "macvlan",
            out -> out.attrU32(RtConst.IFLA_MACVLAN_MODE, RtConst.MACVLAN_MODE_BRIDGE));
    return new LinkRequest(
        device.type,
        device.flags,
        device.fixed,
        device.object,
        out -> {
          out.attrU32(RtConst.IFLA_LINK, underlay);
          out.attrOctets(RtConst.IFLA_ADDRESS, address);
          device.attributes.write(out);
        });
  }

  private static Ifinfomsg of(int ifindex) {
    return new Ifinfomsg(0, 0, ifindex, 0, 0);
  }

  private static LinkRequest set(Ifinfomsg fixed, String what, Body attributes) {
    return new LinkRequest(
        RtMsgType.RTM_SETLINK, 0, fixed, "dev " + fixed.ifiIndex() + " " + what, attributes);
  }

  private static LinkRequest create(String name, String kind, Body data) {
    return new LinkRequest(
        RtMsgType.RTM_NEWLINK,
        NlConst.NLM_F_CREATE | NlConst.NLM_F_EXCL,
        of(0),
        kind + " " + name,
        out -> {
          out.attrString(RtConst.IFLA_IFNAME, name);
          int info = out.beginNested(RtConst.IFLA_LINKINFO);
          out.attrString(RtConst.IFLA_INFO_KIND, kind);
          int inside = out.beginNested(RtConst.IFLA_INFO_DATA);
          data.write(out);
          out.endAttr(inside);
          out.endAttr(info);
        });
  }

  @Override
  public RtMsgType msgType() {
    return type;
  }

  @Override
  public int flags() {
    return flags;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(fixed);
    attributes.write(out);
  }

  @Override
  public String object() {
    return object;
  }
}
