package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlOctets;
import java.net.InetAddress;
import java.nio.ByteOrder;

/**
 * RTM_NEWROUTE and RTM_DELROUTE. Adding one that is there: EEXIST; deleting one that is not: ESRCH.
 * A next hop that no route leads to: ENETUNREACH. A route is named by destination, table, metric
 * and (for IPv4) type of service; a delete also compares what else is given.
 */
public record RouteRequest(RtMsgType msgType, int flags, RtRoute route) implements RouteNlRequest {
  public static RouteRequest add(RtRoute route) {
    return new RouteRequest(
        RtMsgType.RTM_NEWROUTE, NlConst.NLM_F_CREATE | NlConst.NLM_F_EXCL, route);
  }

  /** Adds, or takes the place of the first one of the same destination, table and metric. */
  public static RouteRequest replace(RtRoute route) {
    return new RouteRequest(
        RtMsgType.RTM_NEWROUTE, NlConst.NLM_F_CREATE | NlConst.NLM_F_REPLACE, route);
  }

  public static RouteRequest delete(RtRoute route) {
    return new RouteRequest(RtMsgType.RTM_DELROUTE, 0, route);
  }

  @Override
  public void writeBody(NlBuffer out) {
    boolean deleting = msgType == RtMsgType.RTM_DELROUTE;
    int family = route.family();
    int table = Integer.compareUnsigned(route.table(), 255) <= 0 ? route.table() : 0;
    // Any scope will do for a delete: what is installed may have been made by another rule.
    int scope = deleting ? RtConst.RT_SCOPE_NOWHERE : route.scope();
    out.struct(
        new Rtmsg(
            family,
            route.dst().length(),
            0,
            0,
            table,
            route.protocol(),
            scope,
            route.type(),
            route.flags()));
    if (route.dst().length() > 0) {
      out.attrAddress(RtConst.RTA_DST, route.dst().address());
    }
    out.attrU32(RtConst.RTA_TABLE, Integer.toUnsignedLong(route.table()));
    route.via().ifPresent(hop -> writeVia(out, family, hop));
    if (route.oif() != 0) {
      out.attrU32(RtConst.RTA_OIF, route.oif());
    }
    if (route.metric() != 0) {
      out.attrU32(RtConst.RTA_PRIORITY, route.metric());
    }
    route.src().ifPresent(src -> out.attrAddress(RtConst.RTA_PREFSRC, src));
    if (!deleting) {
      writeMetrics(out);
      writeEncap(out);
    }
  }

  private void writeVia(NlBuffer out, int family, InetAddress hop) {
    if (RtPrefix.family(hop) == family) {
      out.attrAddress(RtConst.RTA_GATEWAY, hop);
      return;
    }
    byte[] address = hop.getAddress();
    byte[] rtvia = new byte[RtRoute.RTVIA_ADDR + address.length];
    // rtvia_family is a native short, and families are small numbers.
    rtvia[ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 1] = (byte) RtPrefix.family(hop);
    System.arraycopy(address, 0, rtvia, RtRoute.RTVIA_ADDR, address.length);
    out.attrOctets(RtConst.RTA_VIA, NlOctets.of(rtvia));
  }

  private void writeMetrics(NlBuffer out) {
    if (route.mtu() == 0 && route.advmss() == 0) {
      return;
    }
    int metrics = out.beginNested(RtConst.RTA_METRICS);
    if (route.mtu() != 0) {
      out.attrU32(RtConst.RTAX_MTU, route.mtu());
    }
    if (route.advmss() != 0) {
      out.attrU32(RtConst.RTAX_ADVMSS, route.advmss());
    }
    out.endAttr(metrics);
  }

  private void writeEncap(NlBuffer out) {
    if (route.xfrmIfId() == 0) {
      return;
    }
    int encap = out.beginNested(RtConst.RTA_ENCAP);
    out.attrU32(RtConst.LWT_XFRM_IF_ID, Integer.toUnsignedLong(route.xfrmIfId()));
    out.endAttr(encap);
    out.attrU16(RtConst.RTA_ENCAP_TYPE, RtConst.LWTUNNEL_ENCAP_XFRM);
  }

  @Override
  public String object() {
    return route.toString();
  }
}
