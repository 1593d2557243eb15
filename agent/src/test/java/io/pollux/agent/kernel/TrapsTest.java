package io.pollux.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.ReauthPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.policy.SelectorText;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmAddress;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmId;
import io.pollux.netlink.xfrm.XfrmNotification;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmPrefix;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserAcquire;
import io.pollux.netlink.xfrm.XfrmUserTmpl;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Policies that ask for an SA, what they ask for, and policies of transport mode. */
class TrapsTest {
  private static final InetAddress LOCAL = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.2");

  private static ChildPolicy child(boolean transport) {
    return new ChildPolicy(
        "net",
        List.of(SelectorText.parse(transport ? "192.0.2.1/32" : "10.1.0.0/16")),
        List.of(SelectorText.parse(transport ? "192.0.2.2/32" : "10.2.0.0/16")),
        ProposalKeywords.defaultEsp(),
        new RekeyPolicy(0, 0, 0, 0, 0, 0, 0),
        ChildPolicy.StartAction.ON_DEMAND,
        1024,
        transport,
        false);
  }

  private static ConnectionPolicy connection(ChildPolicy child) {
    return new ConnectionPolicy(
        "site",
        LOCAL,
        Optional.of(PEER),
        new Identity(2, Octets.EMPTY),
        Optional.empty(),
        List.of(),
        new RekeyPolicy(0, 0, 0, 0, 0, 0, 0),
        0,
        false,
        List.of(child),
        AuthPolicy.PSK,
        ReauthPolicy.NEVER);
  }

  private static XfrmNotification.Acquire acquire(XfrmPolicy policy, XfrmSelector packet) {
    XfrmUserAcquire acquire =
        new XfrmUserAcquire(
            new XfrmId(XfrmAddress.of(PEER), Spi.ZERO, XfrmConst.IPPROTO_ESP),
            XfrmAddress.of(LOCAL),
            packet,
            policy.info(),
            -1,
            -1,
            -1,
            1);
    return new XfrmNotification.Acquire(acquire, policy.attributes());
  }

  private static XfrmSelector packet(int protocol, int sport, int dport) {
    return XfrmSelector.between(
            XfrmPrefix.of(InetAddress.ofLiteral("10.1.0.9"), 32),
            XfrmPrefix.of(InetAddress.ofLiteral("10.2.0.7"), 32))
        .withProtocol(protocol)
        .withPorts(sport, 0xffff, dport, 0xffff);
  }

  @Test
  void outboundAsksAndInboundBlocksWithTheSameSelectorsAsWithoutATrap() throws Exception {
    ChildPolicy child = child(false);
    List<XfrmPolicy> traps = ChildRequests.trapping(child, LOCAL, PEER);
    List<XfrmPolicy> blocks = ChildRequests.blocking(child.localTs(), child.remoteTs());
    assertThat(traps).hasSameSizeAs(blocks);
    for (int i = 0; i < traps.size(); i++) {
      XfrmPolicy trap = traps.get(i);
      boolean out = trap.info().dir() == XfrmConst.XFRM_POLICY_OUT;
      assertThat(trap.info().sel()).isEqualTo(blocks.get(i).info().sel());
      assertThat(trap.info().priority()).isEqualTo(blocks.get(i).info().priority());
      assertThat(trap.info().action())
          .isEqualTo(out ? XfrmConst.XFRM_POLICY_ALLOW : XfrmConst.XFRM_POLICY_BLOCK);
      assertThat(trap.templates()).hasSize(out ? 1 : 0);
    }
    XfrmUserTmpl template = traps.getFirst().templates().getFirst();
    assertThat(template.optional()).as("no packet passes without an SA").isFalse();
    assertThat(template.reqid().value()).isNotZero(); // 0 would take any SA
  }

  @Test
  void anAcquireNamesTheChildAndItsPacket() throws Exception {
    List<XfrmPolicy> policies = ChildRequests.trapping(child(false), LOCAL, PEER);
    Traps traps = new Traps();
    Traps.Filling filling = traps.new Filling();
    filling.add("site", "net", policies);
    filling.done();
    Input.KernelAcquire udp =
        traps.find(acquire(policies.getFirst(), packet(17, 4000, 53))).orElseThrow();
    assertThat(udp.connection()).isEqualTo("site");
    assertThat(udp.child()).isEqualTo("net");
    assertThat(udp.flow())
        .isEqualTo(
            new Flow(
                SelectorText.parse("10.1.0.9/32[udp/4000]"),
                SelectorText.parse("10.2.0.7/32[udp/53]")));
    Flow ping = traps.find(acquire(policies.getFirst(), packet(1, 8, 0))).orElseThrow().flow();
    assertThat(ping.local()).isEqualTo(SelectorText.parse("10.1.0.9/32[icmp]"));
    XfrmPolicy other = XfrmPolicy.of(packet(6, 1, 2), XfrmConst.XFRM_POLICY_OUT, 7);
    assertThat(traps.find(acquire(other, packet(6, 1, 2)))).isEmpty();
  }

  /** The same networks behind several devices: the mark or the if_id says which one it was. */
  @Test
  void anAcquireOfARouteTunnelIsToldByItsDevice() throws Exception {
    List<XfrmPolicy> policies = ChildRequests.trapping(child(false), LOCAL, PEER);
    List<Binding> devices = List.of(Binding.NONE, new Binding(7, 0), new Binding(0, 7));
    Traps traps = new Traps();
    Traps.Filling filling = traps.new Filling();
    for (Binding device : devices) {
      filling.add(device.toString(), "net", policies.stream().map(device::on).toList());
    }
    filling.done();
    for (Binding device : devices) {
      XfrmPolicy asked = device.on(policies.getFirst());
      assertThat(traps.find(acquire(asked, packet(17, 4000, 53))).orElseThrow().connection())
          .isEqualTo(device.toString());
    }
    XfrmPolicy foreign = new Binding(8, 0).on(policies.getFirst());
    assertThat(traps.find(acquire(foreign, packet(17, 4000, 53)))).isEmpty();
  }

  @Test
  void routeTunnelsHaveTrapsOutboundAloneAndNoBlocks() throws Exception {
    List<ConnectionPolicy> site = List.of(connection(child(false)));
    Blocks blocks = new Blocks(new Traps());
    blocks.set(site, _ -> new Binding(7, 0));
    assertThat(blocks.all().values())
        .singleElement()
        .satisfies(p -> assertThat(ChildRequests.isTrap(p)).isTrue())
        .satisfies(p -> assertThat(p.attributes().ifId()).hasValue(7))
        .satisfies(p -> assertThat(p.info().dir()).isEqualTo(XfrmConst.XFRM_POLICY_OUT));
    XfrmPolicy trap = blocks.all().values().iterator().next();
    assertThat(blocks.withdraw(trap)).as("a tunnel's goes").isEqualTo(NewPolicy.replace(trap));
    blocks.set(site, _ -> Binding.NONE);
    assertThat(blocks.all()).hasSize(3);
  }

  @Test
  void transportModeHasTemplatesOfItsModeAndForwardsNothing() throws Exception {
    ChildSaSnapshot tunnel = TestChild.of(0x100).snapshot();
    ChildSaSnapshot transport = TestChild.transport(tunnel);
    List<XfrmPolicy> policies = ChildRequests.allowing(transport, Binding.NONE);
    assertThat(policies)
        .extracting(p -> p.info().dir())
        .containsExactly(XfrmConst.XFRM_POLICY_OUT, XfrmConst.XFRM_POLICY_IN);
    assertThat(policies)
        .allSatisfy(
            p ->
                assertThat(p.templates().getFirst().mode())
                    .isEqualTo(XfrmConst.XFRM_MODE_TRANSPORT));
    assertThat(ChildRequests.outbound(transport, transport.replay(), Binding.NONE).info().mode())
        .isEqualTo(XfrmConst.XFRM_MODE_TRANSPORT);
    assertThat(ChildRequests.outbound(tunnel, tunnel.replay(), Binding.NONE).info().mode())
        .isEqualTo(XfrmConst.XFRM_MODE_TUNNEL);
  }
}
