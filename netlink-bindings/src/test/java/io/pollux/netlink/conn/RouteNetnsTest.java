package io.pollux.netlink.conn;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.linux.Errno;
import io.pollux.linux.Interfaces;
import io.pollux.linux.Namespace;
import io.pollux.linux.NetlinkSocket;
import io.pollux.netlink.route.AddressRequest;
import io.pollux.netlink.route.DumpAddresses;
import io.pollux.netlink.route.DumpNeighbours;
import io.pollux.netlink.route.DumpRoutes;
import io.pollux.netlink.route.DumpRules;
import io.pollux.netlink.route.LinkQuery;
import io.pollux.netlink.route.LinkRequest;
import io.pollux.netlink.route.NeighbourRequest;
import io.pollux.netlink.route.RouteRequest;
import io.pollux.netlink.route.RtAddress;
import io.pollux.netlink.route.RtConst;
import io.pollux.netlink.route.RtLink;
import io.pollux.netlink.route.RtNeighbour;
import io.pollux.netlink.route.RtNotification;
import io.pollux.netlink.route.RtPrefix;
import io.pollux.netlink.route.RtRoute;
import io.pollux.netlink.route.RtRule;
import io.pollux.netlink.route.RuleRequest;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlDatagram;
import io.pollux.netlink.wire.NlOctets;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** rtnetlink, in a namespace of its own. */
@Tag("netns")
class RouteNetnsTest {
  private static final InetAddress VIP = InetAddress.ofLiteral("198.51.100.1");
  private static final InetAddress VIP6 = InetAddress.ofLiteral("2001:db8:100::1");
  private static final int TABLE = 70_000; // does not fit the eight bits of the header
  private static final int PROTOCOL = 77;

  private interface Body {
    void run(NetlinkConnection route, int dev) throws Exception;
  }

  /** A namespace with a device that is on. */
  private static void inside(Body body) throws Exception {
    try (Namespace namespace = new Namespace("route")) {
      namespace.run(
          () -> {
            try (NetlinkConnection route = NetlinkConnection.route()) {
              route.execute(LinkRequest.veth("d0", "d1")).orThrow();
              int dev = route.query(LinkQuery.byName("d0")).orThrow().ifindex();
              route.execute(LinkRequest.up(Interfaces.index("d1"))).orThrow();
              route.execute(LinkRequest.up(dev)).orThrow();
              route
                  .execute(AddressRequest.add(RtAddress.of(dev, RtPrefix.of("192.0.2.1/24"))))
                  .orThrow();
              body.run(route, dev);
            }
          });
    }
  }

  @Test
  void links() throws Exception {
    inside(
        (route, dev) -> {
          assertThat(Interfaces.index("d0")).isEqualTo(dev);
          RtLink link = route.query(LinkQuery.byIndex(dev)).orThrow();
          assertThat(link.name()).isEqualTo("d0");
          assertThat(link.kind()).isEqualTo("veth");
          assertThat(link.up()).isTrue();
          NlOctets mac = NlOctets.of((byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 9);
          assertThat(
                  route.execute(
                      List.of(
                          LinkRequest.mtu(dev, 1400),
                          LinkRequest.down(dev),
                          LinkRequest.address(dev, mac))))
              .allMatch(NlResult::ok);
          link = route.query(LinkQuery.byName("d0")).orThrow();
          assertThat(link.up()).isFalse();
          assertThat(link.mtu()).isEqualTo(1400);
          assertThat(link.address()).isEqualTo(mac);
          assertThat(route.dump(LinkQuery.all()).orThrow().stream().map(RtLink::name))
              .contains("lo", "d0");
          route.execute(LinkRequest.delete(dev)).orThrow();
          assertThat(route.query(LinkQuery.byName("d0")).refusedWith(Errno.ENODEV)).isTrue();
        });
  }

  @Test
  void addresses() throws Exception {
    inside(
        (route, dev) -> {
          RtAddress vip = RtAddress.vip(dev, VIP);
          RtAddress vip6 = RtAddress.vip(dev, VIP6);
          List<AddressRequest> add = List.of(AddressRequest.add(vip), AddressRequest.add(vip6));
          assertThat(route.execute(add)).allMatch(NlResult::ok);
          assertThat(route.execute(add)).allMatch(result -> result.refusedWith(Errno.EEXIST));
          List<RtAddress> all = route.dump(new DumpAddresses(NlConst.AF_UNSPEC)).orThrow();
          assertThat(all.stream().map(RtAddress::prefix))
              .contains(RtPrefix.host(VIP), RtPrefix.host(VIP6));
          assertThat(all)
              .filteredOn(address -> address.prefix().address().equals(VIP6))
              .allMatch(address -> (address.flags() & RtConst.IFA_F_TENTATIVE) == 0);
          assertThat(
                  route.execute(List.of(AddressRequest.delete(vip), AddressRequest.delete(vip6))))
              .allMatch(NlResult::ok);
          assertThat(route.execute(AddressRequest.delete(vip)).refusedWith(Errno.EADDRNOTAVAIL))
              .isTrue();
        });
  }

  @Test
  void routes() throws Exception {
    inside(
        (route, dev) -> {
          RtRoute direct =
              RtRoute.to(RtPrefix.of("10.9.0.0/16"))
                  .dev(dev)
                  .table(TABLE)
                  .protocol(PROTOCOL)
                  .metric(100)
                  .mtu(1400)
                  .advmss(1360)
                  .src(InetAddress.ofLiteral("192.0.2.1"))
                  .build();
          RtRoute via =
              RtRoute.to(RtPrefix.of("10.8.0.0/16"))
                  .via(InetAddress.ofLiteral("192.0.2.9"))
                  .dev(dev)
                  .build();
          RtRoute nowhere =
              RtRoute.to(RtPrefix.of("10.9.0.0/16"))
                  .unreachable()
                  .table(TABLE)
                  .metric(4000)
                  .build();
          RtRoute nothing = RtRoute.to(RtPrefix.of("10.7.0.0/16")).blackhole().build();
          List<RtRoute> ours = List.of(direct, via, nowhere, nothing);
          assertThat(route.execute(ours.stream().map(RouteRequest::add).toList()))
              .allMatch(NlResult::ok);
          assertThat(route.dump(new DumpRoutes(NlConst.AF_INET)).orThrow()).containsAll(ours);
          assertThat(route.execute(RouteRequest.add(direct)).refusedWith(Errno.EEXIST)).isTrue();
          assertThat(route.execute(RouteRequest.replace(direct)).ok()).isTrue();
          assertThat(route.execute(ours.stream().map(RouteRequest::delete).toList()))
              .allMatch(NlResult::ok);
          assertThat(route.execute(RouteRequest.delete(direct)).refusedWith(Errno.ESRCH)).isTrue();
        });
  }

  @Test
  void routesOfIpv6() throws Exception {
    inside(
        (route, dev) -> {
          RtRoute nowhere =
              RtRoute.to(RtPrefix.of("2001:db8:9::/48"))
                  .unreachable()
                  .table(TABLE)
                  .metric(7)
                  .build();
          RtRoute mixed =
              RtRoute.to(RtPrefix.of("10.6.0.0/16"))
                  .via(InetAddress.ofLiteral("fe80::9"))
                  .dev(dev)
                  .build();
          route.execute(RouteRequest.add(nowhere)).orThrow();
          route.execute(RouteRequest.add(mixed)).orThrow();
          assertThat(route.dump(new DumpRoutes(NlConst.AF_INET6)).orThrow())
              .anyMatch(
                  r ->
                      r.dst().equals(nowhere.dst())
                          && r.type() == RtConst.RTN_UNREACHABLE
                          && r.table() == TABLE
                          && r.metric() == 7);
          assertThat(route.dump(new DumpRoutes(NlConst.AF_INET)).orThrow())
              .anyMatch(r -> r.dst().equals(mixed.dst()) && r.via().equals(mixed.via()));
          route.execute(RouteRequest.delete(nowhere)).orThrow();
        });
  }

  @Test
  void theKernelsWordsStandInAnError() throws Exception {
    inside(
        (route, dev) -> {
          RtRoute lost =
              RtRoute.to(RtPrefix.of("10.5.0.0/16"))
                  .via(InetAddress.ofLiteral("203.0.113.1"))
                  .metric(5)
                  .build();
          assertThat(route.execute(RouteRequest.add(lost)))
              .hasToString(
                  "RTM_NEWROUTE 10.5.0.0/16 via 203.0.113.1 table 254 metric 5 type 1:"
                      + " ENETUNREACH (Nexthop has invalid gateway)");
        });
  }

  @Test
  void rules() throws Exception {
    inside(
        (route, dev) -> {
          List<RtRule> ours =
              List.of(
                  RtRule.blackholeFrom(VIP, 10),
                  RtRule.blackholeFrom(VIP6, 10),
                  RtRule.lookup(NlConst.AF_INET, TABLE, 20)
                      .withTo(RtPrefix.of("10.0.0.0/8"))
                      .withMark(5, 0xff, true)
                      .withProtocol(PROTOCOL));
          assertThat(route.execute(ours.stream().map(RuleRequest::add).toList()))
              .allMatch(NlResult::ok);
          assertThat(route.execute(RuleRequest.add(ours.getFirst())).refusedWith(Errno.EEXIST))
              .isTrue();
          List<RtRule> read = route.dump(new DumpRules(NlConst.AF_UNSPEC)).orThrow();
          for (RtRule rule : ours) {
            assertThat(read)
                .anyMatch(
                    r ->
                        r.from().equals(rule.from())
                            && r.to().equals(rule.to())
                            && r.family() == rule.family()
                            && r.action() == rule.action()
                            && r.table() == rule.table()
                            && r.mark() == rule.mark()
                            && r.invert() == rule.invert());
          }
          assertThat(route.execute(ours.stream().map(RuleRequest::delete).toList()))
              .allMatch(NlResult::ok);
          assertThat(route.execute(RuleRequest.delete(ours.getFirst())).ok()).isFalse();
        });
  }

  @Test
  void neighbours() throws Exception {
    inside(
        (route, dev) -> {
          NlOctets mac = NlOctets.of((byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
          RtNeighbour neighbour =
              new RtNeighbour(
                  dev, InetAddress.ofLiteral("192.0.2.50"), mac, RtConst.NUD_PERMANENT, 0);
          route.execute(NeighbourRequest.replace(neighbour)).orThrow();
          assertThat(route.dump(new DumpNeighbours(NlConst.AF_INET)).orThrow()).contains(neighbour);
          route.execute(NeighbourRequest.delete(neighbour)).orThrow();
        });
  }

  /** What the guard gets: octets, sent by somebody who knows nothing of their meaning. */
  @Test
  void aReadyMadeDatagramClosesTheGate() throws Exception {
    inside(
        (route, dev) -> {
          route.execute(AddressRequest.add(RtAddress.vip(dev, VIP))).orThrow();
          byte[] close =
              NlDatagram.of(
                  RuleRequest.add(RtRule.blackholeFrom(VIP, 10)),
                  AddressRequest.delete(RtAddress.vip(dev, VIP)));
          NetlinkSocket.Options options = new NetlinkSocket.Options(1 << 16, 4, 4096, true);
          try (NetlinkSocket guard = NetlinkSocket.open(NlConst.NETLINK_ROUTE, options)) {
            guard.send(ByteBuffer.allocateDirect(close.length).put(0, close));
            assertThat(guard.receive()).isEqualTo(2);
          }
          assertThat(route.dump(new DumpRules(NlConst.AF_INET)).orThrow())
              .contains(RtRule.blackholeFrom(VIP, 10));
          assertThat(route.dump(new DumpAddresses(NlConst.AF_INET)).orThrow())
              .noneMatch(address -> address.prefix().address().equals(VIP));
        });
  }

  @Test
  void news() throws Exception {
    inside(
        (route, dev) -> {
          try (NetlinkSubscription news =
              NetlinkSubscription.route(
                  RtConst.RTNLGRP_LINK,
                  RtConst.RTNLGRP_IPV4_IFADDR,
                  RtConst.RTNLGRP_IPV4_ROUTE,
                  RtConst.RTNLGRP_IPV4_RULE)) {
            RtRule rule = RtRule.blackholeFrom(VIP, 10);
            route.execute(AddressRequest.add(RtAddress.vip(dev, VIP))).orThrow();
            route.execute(RuleRequest.add(rule)).orThrow();
            route.execute(LinkRequest.down(dev)).orThrow();
            Collected collected = new Collected();
            assertThat(collected.await(news, RtNotification.Address.class).address().prefix())
                .isEqualTo(RtPrefix.host(VIP));
            assertThat(collected.await(news, RtNotification.Rule.class))
                .isEqualTo(new RtNotification.Rule(rule, false));
            assertThat(collected.await(news, RtNotification.Link.class).link().up()).isFalse();
            assertThat(collected.of(RtNotification.Route.class)).isNotEmpty();
          }
        });
  }

  @Test
  void anOverrunIsToldAndTheRestGoesOn() throws Exception {
    inside(
        (route, dev) -> {
          NetlinkSocket.Options small = new NetlinkSocket.Options(4096, 8, 8192, false);
          try (NetlinkSubscription news =
              NetlinkSubscription.route(small, RtConst.RTNLGRP_IPV4_ROUTE)) {
            List<RouteRequest> requests = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
              RtPrefix to = RtPrefix.of("10.66." + i + ".0/24");
              requests.add(RouteRequest.add(RtRoute.to(to).blackhole().build()));
            }
            assertThat(route.execute(requests)).allMatch(NlResult::ok);
            Collected collected = new Collected();
            collected.drain(news);
            assertThat(collected.overruns).isEqualTo(1);
            assertThat(collected.all).isNotEmpty().hasSizeLessThan(200);
            route
                .execute(
                    requests.stream().map(r -> RouteRequest.delete(r.route())).toList().getFirst())
                .orThrow();
            assertThat(
                    collected
                        .await(news, RtNotification.Route.class, collected.all.size() + 1)
                        .getLast()
                        .gone())
                .isTrue();
          }
        });
  }

  @Test
  void aWaitIsEndedFromOutside() throws Exception {
    inside(
        (route, dev) -> {
          try (NetlinkSubscription news = NetlinkSubscription.route(RtConst.RTNLGRP_LINK)) {
            Thread other = Thread.ofPlatform().start(news::wakeUp);
            assertThat(news.poll(new Collected(), -1)).isEqualTo(NetlinkSubscription.Polled.WOKEN);
            other.join();
            assertThat(news.poll(new Collected(), 0)).isEqualTo(NetlinkSubscription.Polled.TIMEOUT);
          }
        });
  }
}
