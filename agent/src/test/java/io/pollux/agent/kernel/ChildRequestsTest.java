package io.pollux.agent.kernel;

import static io.pollux.agent.TestChild.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.agent.TestChild;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.netlink.wire.NlDatagram;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmPolicy;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildRequestsTest {
  private static final List<TrafficSelector> V6_HERE =
      List.of(range("2001:db8:1::", "2001:db8:1::ffff:ffff"));
  private static final List<TrafficSelector> V6_THERE =
      List.of(range("2001:db8:2::", "2001:db8:2::ffff:ffff"));

  @Test
  void gcmWithEsnStartsWhereItIsTold() throws Exception {
    ChildSaSnapshot child = TestChild.of(0x1001).snapshot();
    NewSa in = ChildRequests.inbound(child, new ReplayState(0, 77), Binding.NONE);
    NewSa out = ChildRequests.outbound(child, new ReplayState((5L << 32) + 9, 0), Binding.NONE);
    assertThat(in.info().reqid()).isEqualTo(new io.pollux.netlink.xfrm.Reqid(7));
    assertThat(in.id().spi().value()).isEqualTo(0x1001);
    assertThat(in.id().destination()).isEqualTo(InetAddress.ofLiteral("192.0.2.1"));
    assertThat(out.id().spi().value()).isEqualTo(0x2001);
    assertThat(out.id().destination()).isEqualTo(InetAddress.ofLiteral("198.51.100.1"));
    assertThat(words(in)).contains("rfc4106(gcm(aes))");
    assertThat(in.attributes().replay().orElseThrow().seq64()).isEqualTo(77);
    assertThat(out.attributes().replay().orElseThrow().oseq64()).isEqualTo((5L << 32) + 9);
    assertThat(in.attributes().encap()).isEmpty();
    // the engine's hard limit and a tenth: the kernel only ends what nobody cares for
    assertThat(in.info().lft().hardAddExpiresSeconds()).isEqualTo(4356);
  }

  @Test
  void cbcHasItsIntegrityBesideIt() throws Exception {
    ChildSaSnapshot child =
        TestChild.of(0x1001).with(new EspAlgorithms(12, 128, 12, false), 16, 32).snapshot();
    assertThat(words(ChildRequests.inbound(child, ReplayState.NEW, Binding.NONE)))
        .contains("cbc(aes)", "hmac(sha256)");
  }

  @Test
  void encapsulationTurnsRoundWithTheDirection() throws Exception {
    ChildSaSnapshot child = TestChild.of(0x1001).encapsulated().snapshot();
    var in =
        ChildRequests.inbound(child, ReplayState.NEW, Binding.NONE)
            .attributes()
            .encap()
            .orElseThrow();
    var out =
        ChildRequests.outbound(child, ReplayState.NEW, Binding.NONE)
            .attributes()
            .encap()
            .orElseThrow();
    assertThat(List.of(in.encapSport(), in.encapDport())).containsExactly(40_000, 4500);
    assertThat(List.of(out.encapSport(), out.encapDport())).containsExactly(4500, 40_000);
  }

  @Test
  void sixOverSixAndFourOverSix() throws Exception {
    ChildSaSnapshot six =
        TestChild.of(0x1001).between("2001:db8::1", "2001:db8::2", V6_HERE, V6_THERE).snapshot();
    assertThat(ChildRequests.allowing(six, Binding.NONE)).hasSize(3);
    List<TrafficSelector> both = List.of(V6_HERE.getFirst(), range("10.1.0.0", "10.1.0.255"));
    ChildSaSnapshot mixed =
        TestChild.of(0x1001).between("2001:db8::1", "2001:db8::2", both, V6_THERE).snapshot();
    assertThat(ChildRequests.allowing(mixed, Binding.NONE))
        .hasSize(3); // an address speaks to its own family
  }

  @Test
  void aRangeThatIsNoPrefixBecomesSeveral() throws Exception {
    ChildSaSnapshot child =
        TestChild.of(0x1001)
            .between(
                "192.0.2.1",
                "198.51.100.1",
                List.of(range("10.1.0.1", "10.1.0.4")),
                List.of(range("10.2.0.0", "10.2.0.255")))
            .snapshot();
    assertThat(selectors(ChildRequests.allowing(child, Binding.NONE), XfrmConst.XFRM_POLICY_OUT))
        .containsExactly(32, 31, 32); // .1, .2 and .3, .4
  }

  @Test
  void rangesThatComeToMillionsOfPoliciesAreRefusedBeforeAnyIsMade() {
    InetAddress first = InetAddress.ofLiteral("10.0.0.1");
    InetAddress last = InetAddress.ofLiteral("10.255.255.254");
    TrafficSelector worst = new TrafficSelector(first, last, 6, 1, 65_534);
    ChildSaSnapshot child =
        TestChild.of(0x1001)
            .between("192.0.2.1", "198.51.100.1", List.of(worst), List.of(worst))
            .snapshot();
    assertThatThrownBy(() -> ChildRequests.allowing(child, Binding.NONE))
        .isInstanceOf(ChildRequests.Inexpressible.class)
        .hasMessageContaining("1904400 pairs of prefixes, and 4096 is the most");
  }

  @Test
  void aPortIsExact() throws Exception {
    TrafficSelector http = ports(80, 80);
    ChildSaSnapshot child =
        TestChild.of(0x1001)
            .between(
                "192.0.2.1", "198.51.100.1", List.of(http), List.of(range("10.2.0.0", "10.2.0.0")))
            .snapshot();
    XfrmPolicy out = ChildRequests.allowing(child, Binding.NONE).getFirst();
    assertThat(out.info().sel().sport()).isEqualTo(80);
    assertThat(out.info().sel().sportMask()).isEqualTo(0xffff);
    assertThat(out.info().sel().dportMask()).isZero();
    assertThat(out.info().sel().proto()).isEqualTo(6);
  }

  @Test
  void whatAllowsComesBeforeWhatBlocksAndTheNarrowerFirst() throws Exception {
    ChildSaSnapshot child = TestChild.of(0x1001).snapshot();
    long allow = ChildRequests.allowing(child, Binding.NONE).getFirst().info().priority();
    long block =
        ChildRequests.blocking(child.localTs(), child.remoteTs()).getFirst().info().priority();
    long narrow =
        ChildRequests.blocking(List.of(range("10.1.0.1", "10.1.0.1")), child.remoteTs())
            .getFirst()
            .info()
            .priority();
    assertThat(allow).isLessThan(narrow);
    assertThat(narrow).isLessThan(block);
  }

  private static TrafficSelector ports(int from, int to) {
    InetAddress host = InetAddress.ofLiteral("10.1.0.1");
    return new TrafficSelector(host, host, 6, from, to);
  }

  private static List<Integer> selectors(List<XfrmPolicy> policies, int direction) {
    return policies.stream()
        .filter(p -> p.info().dir() == direction)
        .map(p -> p.info().sel().prefixlenS())
        .toList();
  }

  private static String words(NewSa request) {
    return new String(NlDatagram.of(request), StandardCharsets.ISO_8859_1);
  }
}
