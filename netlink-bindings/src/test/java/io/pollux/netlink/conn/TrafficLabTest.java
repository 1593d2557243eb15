package io.pollux.netlink.conn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.pollux.linux.Errno;
import io.pollux.netlink.route.AddressRequest;
import io.pollux.netlink.route.DumpRoutes;
import io.pollux.netlink.route.LinkQuery;
import io.pollux.netlink.route.LinkRequest;
import io.pollux.netlink.route.RouteRequest;
import io.pollux.netlink.route.RtAddress;
import io.pollux.netlink.route.RtPrefix;
import io.pollux.netlink.route.RtRoute;
import io.pollux.netlink.route.RtRule;
import io.pollux.netlink.route.RuleRequest;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.xfrm.GetAe;
import io.pollux.netlink.xfrm.GetSa;
import io.pollux.netlink.xfrm.NewAe;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmAevent;
import io.pollux.netlink.xfrm.XfrmAlgorithm;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmLifetimeCfg;
import io.pollux.netlink.xfrm.XfrmNotification;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmPrefix;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserTmpl;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Packets through an SA between two namespaces, on a kernel with ESP. */
@Tag("lab")
class TrafficLabTest {
  private static final InetAddress INNER_LEFT = InetAddress.ofLiteral("10.1.0.1");
  private static final InetAddress INNER_RIGHT = InetAddress.ofLiteral("10.2.0.1");
  private static final Reqid REQID = new Reqid(0x12345);
  private static final Spi SPI = new Spi(0xc0ffee01);
  private static final int WINDOW = 128;
  private static final int DEADLINE_MS = 20_000;

  /** The SA from left to right, as it stands on both sides. */
  private static NewSa sa(long oseq, long threshold, XfrmLifetimeCfg lifetime) {
    return NewSa.builder(SPI, Cable.LEFT, Cable.RIGHT)
        .reqid(REQID)
        .aead(XfrmAlgorithm.AES_GCM_16, XfrmKey.wrap(new byte[20]))
        .esn(XfrmReplayStateEsn.outbound(oseq, WINDOW))
        .thresholds(threshold, 0)
        .lifetime(lifetime)
        .build();
  }

  private static XfrmPolicy policy(int dir) {
    XfrmSelector sel =
        XfrmSelector.between(XfrmPrefix.of(INNER_LEFT, 16), XfrmPrefix.of(INNER_RIGHT, 16));
    return XfrmPolicy.of(sel, dir, 100)
        .withTemplates(XfrmUserTmpl.espTunnel(Cable.LEFT, Cable.RIGHT, REQID));
  }

  private static void side(int ifindex, InetAddress inner, InetAddress other, NewSa sa, int dir) {
    try (NetlinkConnection route = NetlinkConnection.route();
        NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
      RtPrefix far = new RtPrefix(InetAddress.ofLiteral(other.getHostAddress()), 32);
      route.execute(AddressRequest.add(RtAddress.vip(ifindex, inner))).orThrow();
      route.execute(RouteRequest.add(RtRoute.to(far).dev(ifindex).src(inner).build())).orThrow();
      xfrm.execute(List.of(sa, NewPolicy.add(policy(dir)))).forEach(NlResult::orThrow);
    }
  }

  private static void tunnel(Cable cable, NewSa sa) throws Exception {
    cable.right.run(
        () ->
            side(
                cable.v1.ifindex(),
                INNER_RIGHT,
                INNER_LEFT,
                sa(0, 0, XfrmLifetimeCfg.UNLIMITED),
                XfrmConst.XFRM_POLICY_IN));
    cable.left.run(
        () -> side(cable.v0.ifindex(), INNER_LEFT, INNER_RIGHT, sa, XfrmConst.XFRM_POLICY_OUT));
  }

  private static DatagramSocket receiver(Cable cable) throws Exception {
    DatagramSocket socket = cable.right.call(() -> new DatagramSocket(7000, INNER_RIGHT));
    socket.setSoTimeout(DEADLINE_MS);
    return socket;
  }

  private static void send(DatagramSocket socket, int packets) throws IOException {
    for (int i = 0; i < packets; i++) {
      socket.send(new DatagramPacket(new byte[64], 64, new InetSocketAddress(INNER_RIGHT, 7000)));
    }
  }

  private static void receive(DatagramSocket socket, int packets) throws IOException {
    for (int i = 0; i < packets; i++) {
      socket.receive(new DatagramPacket(new byte[64], 64));
    }
  }

  private static XfrmAevent state(NetlinkConnection xfrm) {
    return xfrm.query(new GetAe(sa(0, 0, XfrmLifetimeCfg.UNLIMITED).id())).orThrow();
  }

  @Test
  void countersMoveAndAJumpIsTaken() throws Exception {
    try (Cable cable = new Cable()) {
      tunnel(cable, sa(0, 0, XfrmLifetimeCfg.UNLIMITED));
      DatagramSocket out = cable.left.call(() -> new DatagramSocket(0, INNER_LEFT));
      try (DatagramSocket in = receiver(cable);
          out) {
        send(out, 10);
        receive(in, 10);
        long jump = 1L << 30;
        cable.left.run(
            () -> {
              try (NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
                XfrmAevent now = state(xfrm);
                assertThat(now.replay().orElseThrow().oseq64()).isEqualTo(10);
                assertThat(now.lifetime().orElseThrow().packets()).isEqualTo(10);
                XfrmReplayStateEsn state = (XfrmReplayStateEsn) now.replay().orElseThrow();
                xfrm.execute(NewAe.replay(now.id().saId(), state.withOseq64(10 + jump))).orThrow();
              }
            });
        send(out, 5);
        receive(in, 5);
        cable.right.run(
            () -> {
              try (NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
                assertThat(state(xfrm).replay().orElseThrow().seq64()).isEqualTo(15 + jump);
                var stats =
                    xfrm.query(new GetSa(sa(0, 0, XfrmLifetimeCfg.UNLIMITED).id()))
                        .orThrow()
                        .info()
                        .stats();
                assertThat(stats.replay() + stats.replayWindow() + stats.integrityFailed())
                    .isZero();
              }
            });
      }
    }
  }

  @Test
  void oneEventPerThresholdAndOneForANewae() throws Exception {
    try (Cable cable = new Cable()) {
      tunnel(cable, sa(0, 10, XfrmLifetimeCfg.UNLIMITED));
      DatagramSocket out = cable.left.call(() -> new DatagramSocket(0, INNER_LEFT));
      try (out) {
        cable.left.run(
            () -> {
              try (NetlinkSubscription news =
                      NetlinkSubscription.xfrm(XfrmConst.XFRMNLGRP_AEVENTS);
                  NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
                send(out, 50);
                Collected collected = new Collected();
                List<XfrmNotification.Aevent> events =
                    collected.await(news, XfrmNotification.Aevent.class, 5);
                collected.drain(news);
                assertThat(collected.all).hasSize(5);
                assertThat(events).allMatch(e -> e.event().becauseOfPackets());
                assertThat(events.stream().map(e -> e.event().replay().orElseThrow().oseq64()))
                    .containsExactly(10L, 20L, 30L, 40L, 50L);
                assertThat(events.getLast().event().id().saId().spi()).isEqualTo(SPI);
                XfrmReplayStateEsn state = (XfrmReplayStateEsn) state(xfrm).replay().orElseThrow();
                xfrm.execute(
                        NewAe.replay(
                            sa(0, 0, XfrmLifetimeCfg.UNLIMITED).id(), state.withOseq64(1000)))
                    .orThrow();
                XfrmAevent own =
                    collected.await(news, XfrmNotification.Aevent.class, 6).getLast().event();
                assertThat(own.becauseOfUpdate()).isTrue();
                assertThat(own.becauseOfPackets()).isFalse();
              }
            });
      }
    }
  }

  @Test
  void limitsOfVolumeAreTold() throws Exception {
    XfrmLifetimeCfg limits = new XfrmLifetimeCfg(-1, -1, 5, 10, 0, 0, 0, 0);
    try (Cable cable = new Cable()) {
      tunnel(cable, sa(0, 0, limits));
      DatagramSocket out = cable.left.call(() -> new DatagramSocket(0, INNER_LEFT));
      try (out) {
        cable.left.run(
            () -> {
              try (NetlinkSubscription news = NetlinkSubscription.xfrm(XfrmConst.XFRMNLGRP_EXPIRE);
                  NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
                send(out, 6);
                Collected collected = new Collected();
                XfrmNotification.Expire soft = collected.await(news, XfrmNotification.Expire.class);
                assertThat(soft.hard()).isFalse();
                assertThat(soft.id().spi()).isEqualTo(SPI);
                for (int i = 0; i < 6; i++) {
                  try {
                    send(out, 1);
                  } catch (IOException gone) {
                    break; // the SA has gone: what is sent now finds none
                  }
                }
                XfrmNotification.Expire hard =
                    collected.await(news, XfrmNotification.Expire.class, 2).getLast();
                assertThat(hard.hard()).isTrue();
                assertThat(hard.id()).isEqualTo(soft.id());
                assertThat(xfrm.query(new GetAe(soft.id())).refusedWith(Errno.ESRCH)).isTrue();
              }
            });
      }
    }
  }

  /** While the rule stands nothing leaves, and no sequence number is used up. */
  @Test
  void theGateKeepsSequenceNumbers() throws Exception {
    try (Cable cable = new Cable()) {
      tunnel(cable, sa(100, 0, XfrmLifetimeCfg.UNLIMITED));
      DatagramSocket out = cable.left.call(() -> new DatagramSocket(0, INNER_LEFT));
      try (DatagramSocket in = receiver(cable);
          out) {
        RtRule gate = RtRule.blackholeFrom(Cable.LEFT, 10);
        cable.left.run(
            () -> {
              try (NetlinkConnection route = NetlinkConnection.route();
                  NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
                route.execute(RuleRequest.add(gate)).orThrow();
                assertThatThrownBy(() -> send(out, 1)).isInstanceOf(IOException.class);
                assertThat(state(xfrm).replay().orElseThrow().oseq64()).isEqualTo(100);
                route.execute(RuleRequest.delete(gate)).orThrow();
                send(out, 1);
                assertThat(state(xfrm).replay().orElseThrow().oseq64()).isEqualTo(101);
              }
            });
        receive(in, 1);
      }
    }
  }

  @Test
  void devicesOfTunnels() throws Exception {
    try (Cable cable = new Cable()) {
      cable.left.run(
          () -> {
            try (NetlinkConnection route = NetlinkConnection.route()) {
              route.execute(LinkRequest.dummy("d0")).orThrow();
              route.execute(LinkRequest.vti("vti7", Cable.LEFT, Cable.RIGHT, 7)).orThrow();
              haveXfrmInterfaces(route.execute(LinkRequest.xfrm("ipsec3", 3, cable.v0.ifindex())));
              route.execute(LinkRequest.xfrmCollectMetadata("ipsec")).orThrow();
              for (String name : List.of("d0", "vti7", "ipsec3", "ipsec")) {
                int ifindex = route.query(LinkQuery.byName(name)).orThrow().ifindex();
                route.execute(LinkRequest.up(ifindex)).orThrow();
              }
              assertThat(route.query(LinkQuery.byName("ipsec3")).orThrow().link())
                  .isEqualTo(cable.v0.ifindex());
            }
          });
    }
  }

  @Test
  void aRouteCarriesTheIfId() throws Exception {
    try (Cable cable = new Cable()) {
      NlResult result =
          cable.left.call(
              () -> {
                try (NetlinkConnection route = NetlinkConnection.route()) {
                  haveXfrmInterfaces(route.execute(LinkRequest.xfrmCollectMetadata("ipsec")));
                  int ifindex = route.query(LinkQuery.byName("ipsec")).orThrow().ifindex();
                  route.execute(LinkRequest.up(ifindex)).orThrow();
                  RtRoute reverse =
                      RtRoute.to(RtPrefix.of("10.77.0.0/16"))
                          .dev(ifindex)
                          .xfrmIfId(0x77)
                          .metric(100)
                          .build();
                  NlResult added = route.execute(RouteRequest.add(reverse));
                  if (added.ok()) {
                    assertThat(route.dump(new DumpRoutes(NlConst.AF_INET)).orThrow())
                        .contains(reverse);
                  }
                  return added;
                }
              });
      assumeFalse(result.refusedWith(Errno.EOPNOTSUPP), result.toString());
      assertThat(result.ok()).as(result.toString()).isTrue();
    }
  }

  /** Debian's guest kernel has no XFRM interfaces: that is no failure of ours. */
  private static void haveXfrmInterfaces(NlResult result) {
    Assumptions.assumeFalse(
        result.refusedWith(Errno.EOPNOTSUPP), "the kernel has no XFRM interfaces");
    result.orThrow();
  }
}
