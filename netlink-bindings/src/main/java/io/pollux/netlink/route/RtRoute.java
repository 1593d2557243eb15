package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlMessages;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A route. Made by {@link #to} and its builder.
 *
 * @param family AF_INET or AF_INET6
 * @param table RT_TABLE_MAIN or another number of 32 bits
 * @param protocol who has made it: RTPROT_*, or a number of one's own
 * @param scope RT_SCOPE_*
 * @param type RTN_UNICAST, RTN_BLACKHOLE, RTN_UNREACHABLE and so on
 * @param oif ifindex of the device; 0 for none
 * @param via the next hop, of either family
 * @param src the source address that it suggests
 * @param metric RTA_PRIORITY: a smaller one wins; 0 is the family's default
 * @param mtu octets; 0 for the device's
 * @param advmss octets; 0 for what follows from the MTU
 * @param xfrmIfId if_id for a collect-metadata XFRM interface; 0 for none
 * @param flags RTNH_F_ONLINK and the like
 */
public record RtRoute(
    int family,
    RtPrefix dst,
    int table,
    int protocol,
    int scope,
    int type,
    int oif,
    Optional<InetAddress> via,
    Optional<InetAddress> src,
    long metric,
    long mtu,
    long advmss,
    int xfrmIfId,
    int flags) {
  static final int RTVIA_ADDR = 2; // of struct rtvia, linux/rtnetlink.h

  /** A unicast route to be filled in: table main, RTPROT_STATIC. */
  public static RouteBuilder to(RtPrefix dst) {
    return new RouteBuilder(dst);
  }

  static RtRoute read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(Rtmsg.SIZE, "rtmsg");
    Rtmsg fixed = Rtmsg.read(message.buffer(), at);
    RouteBuilder route = new RouteBuilder(RtPrefix.any(fixed.rtmFamily()));
    route.table(fixed.rtmTable()).protocol(fixed.rtmProtocol()).flags(fixed.rtmFlags());
    NlAttr attr = message.attributesBehind(Rtmsg.SIZE);
    int encapType = 0;
    NlAttr encap = null;
    while (attr.next()) {
      switch (attr.type()) {
        case RtConst.RTA_DST ->
            route.dst(RtParse.prefix(attr.address("RTA_DST"), fixed.rtmDstLen()));
        case RtConst.RTA_OIF -> route.dev(attr.i32("RTA_OIF"));
        case RtConst.RTA_GATEWAY -> route.via(attr.address("RTA_GATEWAY"));
        case RtConst.RTA_VIA -> route.via(attr.address("RTA_VIA", RTVIA_ADDR));
        case RtConst.RTA_PRIORITY -> route.metric(attr.u32("RTA_PRIORITY"));
        case RtConst.RTA_PREFSRC -> route.src(attr.address("RTA_PREFSRC"));
        case RtConst.RTA_TABLE -> route.table(attr.i32("RTA_TABLE"));
        case RtConst.RTA_METRICS -> metrics(attr.nested(), route);
        case RtConst.RTA_ENCAP_TYPE -> encapType = attr.u16("RTA_ENCAP_TYPE");
        case RtConst.RTA_ENCAP -> encap = attr.nested();
        default -> {} // cache info, several next hops, and what a newer kernel says
      }
    }
    if (encap != null && encapType == RtConst.LWTUNNEL_ENCAP_XFRM) {
      encap(encap, route);
    }
    return route.type(fixed.rtmType()).scope(fixed.rtmScope()).build(fixed.rtmFamily());
  }

  private static void metrics(NlAttr metric, RouteBuilder route) throws MalformedNetlink {
    while (metric.next()) {
      switch (metric.type()) {
        case RtConst.RTAX_MTU -> route.mtu(metric.u32("RTAX_MTU"));
        case RtConst.RTAX_ADVMSS -> route.advmss(metric.u32("RTAX_ADVMSS"));
        default -> {} // not set by us
      }
    }
  }

  private static void encap(NlAttr encap, RouteBuilder route) throws MalformedNetlink {
    while (encap.next()) {
      if (encap.type() == RtConst.LWT_XFRM_IF_ID) {
        route.xfrmIfId(encap.i32("LWT_XFRM_IF_ID"));
      }
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(dst.toString());
    via.ifPresent(hop -> text.append(" via ").append(hop.getHostAddress()));
    if (oif != 0) {
      text.append(" dev ").append(oif);
    }
    text.append(" table ").append(Integer.toUnsignedString(table));
    return text.append(" metric ").append(metric).append(" type ").append(type).toString();
  }
}
