package io.pollux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.netlink.route.AddressRequest;
import io.pollux.netlink.route.LinkRequest;
import io.pollux.netlink.route.NeighbourRequest;
import io.pollux.netlink.route.RouteRequest;
import io.pollux.netlink.route.RtAddress;
import io.pollux.netlink.route.RtConst;
import io.pollux.netlink.route.RtNeighbour;
import io.pollux.netlink.route.RtNotification;
import io.pollux.netlink.route.RtPrefix;
import io.pollux.netlink.route.RtRoute;
import io.pollux.netlink.route.RtRule;
import io.pollux.netlink.route.RuleRequest;
import io.pollux.netlink.testing.Golden;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMsgHdr;
import io.pollux.netlink.wire.NlOctets;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelPolicy;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.NewSpdInfo;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmAddress;
import io.pollux.netlink.xfrm.XfrmAlgorithm;
import io.pollux.netlink.xfrm.XfrmAttribute;
import io.pollux.netlink.xfrm.XfrmAttributeType;
import io.pollux.netlink.xfrm.XfrmAttributes;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmEncapTmpl;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmPrefix;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSa;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserTmpl;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import io.pollux.netlink.xfrm.XfrmUsersaInfo;
import io.pollux.netlink.xfrm.XfrmuSpdhthresh;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What iproute2 sends for the same wish. */
class GoldenTest {
  private static final InetAddress LOCAL = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.2");
  private static final int V0 = 11; // ifindex where they were captured

  @Test
  void saWithGcmAndEsn() throws Exception {
    XfrmSa golden = XfrmSa.read(Golden.message("newsa-gcm-esn"));
    NewSa ours =
        NewSa.builder(new Spi(0xc0ffee01), LOCAL, PEER)
            .reqid(new Reqid(7))
            .addFlags(XfrmConst.XFRM_STATE_ESN)
            .aead(XfrmAlgorithm.AES_GCM_16, key(20))
            .encap(XfrmEncapTmpl.espInUdp(4500, 4501))
            .ifId(3)
            .esn(XfrmReplayStateEsn.fresh(128))
            .build();
    assertThat(Set.copyOf(ours.attributes().all()))
        .isEqualTo(Set.copyOf(golden.attributes().all()));
    XfrmUsersaInfo info = golden.info();
    assertThat(ours.id()).isEqualTo(golden.id());
    assertThat(ours.info().saddr()).isEqualTo(info.saddr());
    assertThat(ours.info().lft()).isEqualTo(info.lft());
    assertThat(ours.info().reqid()).isEqualTo(info.reqid());
    assertThat(ours.info().mode()).isEqualTo(info.mode());
    // Ours also takes inner packets of the other family.
    assertThat(ours.info().flags() & ~XfrmConst.XFRM_STATE_AF_UNSPEC).isEqualTo(info.flags());
  }

  @Test
  void saWithCbcAndHmacInTransportMode() throws Exception {
    XfrmSa golden = XfrmSa.read(Golden.message("newsa-cbc-sha256"));
    InetAddress from = InetAddress.ofLiteral("2001:db8::1");
    InetAddress to = InetAddress.ofLiteral("2001:db8::2");
    NewSa ours =
        NewSa.builder(new Spi(0x1001), from, to)
            .reqid(new Reqid(8))
            .transport()
            .selector(XfrmSelector.between(XfrmPrefix.of(from, 128), XfrmPrefix.of(to, 128)))
            .auth(XfrmAlgorithm.HMAC_SHA2_256_128, key(32))
            .crypt(XfrmAlgorithm.AES_CBC, key(16))
            .build();
    assertThat(Set.copyOf(ours.attributes().all()))
        .isEqualTo(Set.copyOf(golden.attributes().all()));
    assertThat(ours.info().sel()).isEqualTo(golden.info().sel());
    assertThat(ours.info().flags()).isEqualTo(golden.info().flags());
    assertReencodes(
        "newsa-cbc-sha256", new NewSa(ours.msgType(), golden.info(), golden.attributes()));
  }

  @Test
  void deletionOfAnSa() throws Exception {
    XfrmAttribute srcaddr =
        new XfrmAttribute.Struct(XfrmAttributeType.XFRMA_SRCADDR, XfrmAddress.of(LOCAL));
    XfrmUsersaId id = XfrmUsersaId.esp(PEER, new Spi(0xc0ffee01));
    assertReencodes("delsa", new DelSa(id, new XfrmAttributes(List.of(srcaddr))));
  }

  @Test
  void policyWithATemplate() throws Exception {
    XfrmPolicy ours =
        XfrmPolicy.of(selector(), XfrmConst.XFRM_POLICY_OUT, 1000)
            .withTemplates(XfrmUserTmpl.espTunnel(LOCAL, PEER, new Reqid(7)))
            .withIfId(3);
    assertThat(XfrmPolicy.read(Golden.message("newpolicy"))).isEqualTo(ours);
    assertReencodes("newpolicy", NewPolicy.add(ours));
    assertReencodes("delpolicy", new DelPolicy(PolicyKey.of(ours)));
  }

  @Test
  void policyThatBlocks() throws Exception {
    XfrmSelector sel =
        XfrmSelector.between(
            XfrmPrefix.of(InetAddress.ofLiteral("2001:db8:1::"), 48),
            XfrmPrefix.of(InetAddress.ofLiteral("2001:db8:2::"), 48));
    XfrmPolicy ours = XfrmPolicy.of(sel, XfrmConst.XFRM_POLICY_FWD, 5).blocking();
    assertReencodes("updpolicy-block", NewPolicy.replace(ours));
  }

  @Test
  void hashThresholds() throws Exception {
    NewSpdInfo ours = new NewSpdInfo(new XfrmuSpdhthresh(24, 16), new XfrmuSpdhthresh(64, 48));
    byte[] golden = Golden.octets("hthresh");
    // iproute2 fills the flags word with ones, the kernel does not look at it.
    for (int i = 0; i < 4; i++) {
      golden[NlMsgHdr.SIZE + i] = 0;
    }
    assertThat(encode(ours, golden)).isEqualTo(HexFormat.of().formatHex(golden));
  }

  @Test
  void rulesThatAreTheGate() throws Exception {
    RtRule ipv4 = RtRule.blackholeFrom(LOCAL, 10);
    RtRule ipv6 = RtRule.blackholeFrom(InetAddress.ofLiteral("2001:db8::1"), 10);
    assertReencodes("rule-blackhole", RuleRequest.add(ipv4));
    assertReencodes("rule-blackhole6", RuleRequest.add(ipv6));
    assertReencodes("rule-lookup", RuleRequest.add(RtRule.lookup(NlConst.AF_INET, 2200, 220)));
    assertThat(RtNotification.read(Golden.message("rule-blackhole")))
        .isEqualTo(new RtNotification.Rule(ipv4, false));
    assertThat(RtNotification.read(Golden.message("rule-blackhole6")))
        .isEqualTo(new RtNotification.Rule(ipv6, false));
  }

  @Test
  void addresses() throws Exception {
    RtAddress ipv4 = RtAddress.vip(V0, InetAddress.ofLiteral("192.0.2.9"));
    RtAddress ipv6 = RtAddress.vip(V0, InetAddress.ofLiteral("2001:db8::9"));
    assertReencodes("address-add", AddressRequest.add(ipv4));
    assertReencodes("address-add6", AddressRequest.add(ipv6));
    assertReencodes("address-del", AddressRequest.delete(ipv4));
    assertThat(RtNotification.read(Golden.message("address-add6")))
        .isEqualTo(new RtNotification.Address(ipv6, false));
  }

  @Test
  void routes() throws Exception {
    RtRoute metrics =
        RtRoute.to(RtPrefix.of("10.9.0.0/16"))
            .dev(V0)
            .table(2200)
            .protocol(77)
            .metric(100)
            .mtu(1400)
            .advmss(1360)
            .build();
    RtRoute via =
        RtRoute.to(RtPrefix.of("10.8.0.0/16"))
            .via(InetAddress.ofLiteral("192.0.2.77"))
            .dev(V0)
            .src(LOCAL)
            .protocol(RtConst.RTPROT_BOOT)
            .flags(RtConst.RTNH_F_ONLINK)
            .build();
    RtRoute unreachable =
        RtRoute.to(RtPrefix.of("2001:db8:9::/48"))
            .unreachable()
            .table(220)
            .metric(4000)
            .protocol(RtConst.RTPROT_BOOT)
            .build();
    assertSameRoute("route-add", metrics, RouteRequest.add(metrics));
    assertSameRoute("route-via", via, RouteRequest.replace(via));
    assertSameRoute("route-unreachable6", unreachable, RouteRequest.add(unreachable));
  }

  @Test
  void routesWithMoreThanIproute2HasSent() throws Exception {
    RtRoute ifId =
        RtRoute.to(RtPrefix.of("10.77.0.0/16")).dev(V0).xfrmIfId(0x80000077).metric(100).build();
    RtRoute mixed =
        RtRoute.to(RtPrefix.DEFAULT_IPV4).via(InetAddress.ofLiteral("fe80::9")).dev(V0).build();
    for (RtRoute route : List.of(ifId, mixed)) {
      byte[] ours = HexFormat.of().parseHex(encode(RouteRequest.add(route), Golden.octets("veth")));
      assertThat(RtNotification.read(Golden.message(ours)))
          .isEqualTo(new RtNotification.Route(route, false));
    }
  }

  /** iproute2 orders the attributes otherwise, and leaves NLA_F_NESTED away: compared as values. */
  private static void assertSameRoute(String name, RtRoute route, RouteRequest request)
      throws Exception {
    RtNotification expected = new RtNotification.Route(route, false);
    assertThat(RtNotification.read(Golden.message(name))).isEqualTo(expected);
    byte[] golden = Golden.octets(name);
    byte[] ours = HexFormat.of().parseHex(encode(request, golden));
    assertThat(RtNotification.read(Golden.message(ours))).isEqualTo(expected);
    assertThat(Golden.message(ours).flags()).isEqualTo(Golden.message(name).flags());
  }

  @Test
  void neighbours() throws Exception {
    NlOctets mac = NlOctets.of((byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
    RtNeighbour neighbour =
        new RtNeighbour(V0, InetAddress.ofLiteral("192.0.2.50"), mac, RtConst.NUD_PERMANENT, 0);
    assertThat(RtNotification.read(Golden.message("neigh")))
        .isEqualTo(new RtNotification.Neighbour(neighbour, false));
    byte[] golden = Golden.octets("neigh");
    byte[] ours = HexFormat.of().parseHex(encode(NeighbourRequest.replace(neighbour), golden));
    golden[NlMsgHdr.SIZE + 11] = 0; // ndm_type, which the kernel fills in itself
    assertThat(ours).isEqualTo(golden);
  }

  @Test
  void linksAreMadeOfTheSameParts() throws Exception {
    for (var pair :
        List.of(
            Map.entry("veth", LinkRequest.veth("va", "vb")),
            Map.entry("xfrm-link", LinkRequest.xfrm("ipsec3", 3, V0)))) {
      byte[] ours = HexFormat.of().parseHex(encode(pair.getValue(), Golden.octets(pair.getKey())));
      RtNotification golden = RtNotification.read(Golden.message(pair.getKey()));
      RtNotification.Link link = (RtNotification.Link) RtNotification.read(Golden.message(ours));
      RtNotification.Link expected = (RtNotification.Link) golden;
      assertThat(link.link().name()).isEqualTo(expected.link().name());
      assertThat(link.link().kind()).isEqualTo(expected.link().kind());
    }
  }

  private static XfrmSelector selector() {
    return XfrmSelector.between(
        XfrmPrefix.of(InetAddress.ofLiteral("10.1.0.0"), 16),
        XfrmPrefix.of(InetAddress.ofLiteral("10.2.0.0"), 16));
  }

  private static XfrmKey key(int octets) {
    byte[] key = new byte[octets];
    for (int i = 0; i < octets; i++) {
      key[i] = (byte) i;
    }
    return XfrmKey.wrap(key);
  }

  private static void assertReencodes(String name, NlRequest request) {
    byte[] golden = Golden.octets(name);
    assertThat(encode(request, golden)).isEqualTo(HexFormat.of().formatHex(golden));
  }

  /** The request as hexadecimal digits, with the sequence number of the golden one. */
  private static String encode(NlRequest request, byte[] golden) {
    NlMsgHdr header = NlMsgHdr.read(Golden.buffer(golden), 0);
    NlBuffer out = NlBuffer.allocate(4096);
    out.request(request, NlConst.NLM_F_ACK, header.nlmsgSeq());
    byte[] octets = new byte[out.position()];
    out.buffer().get(0, octets);
    return HexFormat.of().formatHex(octets);
  }
}
