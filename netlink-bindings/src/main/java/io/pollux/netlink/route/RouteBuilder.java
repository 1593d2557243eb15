package io.pollux.netlink.route;

import java.net.InetAddress;
import java.util.Optional;

/** Fills in an {@link RtRoute}. What is not said: unicast, table main, RTPROT_STATIC. */
public final class RouteBuilder {
  private static final int SCOPE_BY_NEXT_HOP = -1;

  private RtPrefix dst;
  private int table = RtConst.RT_TABLE_MAIN;
  private int protocol = RtConst.RTPROT_STATIC;
  private int scope = SCOPE_BY_NEXT_HOP;
  private int type = RtConst.RTN_UNICAST;
  private int oif;
  private Optional<InetAddress> via = Optional.empty();
  private Optional<InetAddress> src = Optional.empty();
  private long metric;
  private long mtu;
  private long advmss;
  private int xfrmIfId;
  private int flags;

  RouteBuilder(RtPrefix dst) {
    this.dst = dst;
  }

  RouteBuilder dst(RtPrefix value) {
    dst = value;
    return this;
  }

  public RouteBuilder table(int value) {
    table = value;
    return this;
  }

  public RouteBuilder protocol(int value) {
    protocol = value;
    return this;
  }

  /** RT_SCOPE_*; when not called, universe behind a next hop and link without one. */
  public RouteBuilder scope(int value) {
    scope = value;
    return this;
  }

  public RouteBuilder type(int value) {
    type = value;
    return this;
  }

  /** Drops silently. */
  public RouteBuilder blackhole() {
    return type(RtConst.RTN_BLACKHOLE);
  }

  /** Drops and says so. */
  public RouteBuilder unreachable() {
    return type(RtConst.RTN_UNREACHABLE);
  }

  public RouteBuilder dev(int ifindex) {
    oif = ifindex;
    return this;
  }

  public RouteBuilder via(InetAddress value) {
    via = Optional.of(value);
    return this;
  }

  public RouteBuilder src(InetAddress value) {
    src = Optional.of(value);
    return this;
  }

  public RouteBuilder metric(long value) {
    metric = value;
    return this;
  }

  public RouteBuilder mtu(long octets) {
    mtu = octets;
    return this;
  }

  public RouteBuilder advmss(long octets) {
    advmss = octets;
    return this;
  }

  public RouteBuilder xfrmIfId(int value) {
    xfrmIfId = value;
    return this;
  }

  /** RTNH_F_ONLINK and the like. */
  public RouteBuilder flags(int value) {
    flags = value;
    return this;
  }

  public RtRoute build() {
    return build(dst.family());
  }

  RtRoute build(int family) {
    int effective = scope;
    if (scope == SCOPE_BY_NEXT_HOP) {
      boolean direct = type == RtConst.RTN_UNICAST && via.isEmpty();
      effective = direct ? RtConst.RT_SCOPE_LINK : RtConst.RT_SCOPE_UNIVERSE;
    }
    return new RtRoute(
        family, dst, table, protocol, effective, type, oif, via, src, metric, mtu, advmss, xfrmIfId,
        flags);
  }
}
