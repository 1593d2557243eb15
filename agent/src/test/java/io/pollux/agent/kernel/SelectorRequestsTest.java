package io.pollux.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.policy.SelectorText;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmSelector;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Traffic selectors as XFRM selectors: a port with a mask, of ICMP a type and a code. */
class SelectorRequestsTest {
  private static List<XfrmSelector> outbound(String local, String remote) throws Exception {
    List<TrafficSelector> l = List.of(SelectorText.parse(local));
    List<TrafficSelector> r = List.of(SelectorText.parse(remote));
    List<XfrmPolicy> all = ChildRequests.blocking(l, r);
    return java.util.stream.IntStream.range(0, all.size())
        .filter(i -> i % 3 == 0)
        .mapToObj(i -> all.get(i).info().sel())
        .toList();
  }

  @Test
  void aPortIsAPortWithAMask() throws Exception {
    XfrmSelector one = outbound("10.1.0.0/24[tcp/443]", "10.2.0.0/24[tcp]").getFirst();
    assertThat(one.proto()).isEqualTo(6);
    assertThat(one.sport()).isEqualTo(443);
    assertThat(one.sportMask()).isEqualTo(0xffff);
    assertThat(one.dportMask()).isZero();
  }

  @Test
  void aRangeIsTheFewestBlocks() throws Exception {
    assertThat(outbound("10.1.0.0/24[udp/5000-5007]", "10.2.0.0/24[udp]")).hasSize(1);
    List<XfrmSelector> blocks = outbound("10.1.0.0/24[udp/1-6]", "10.2.0.0/24[udp]");
    assertThat(blocks).extracting(XfrmSelector::sport).containsExactly(1, 2, 4, 6);
    assertThat(blocks)
        .extracting(XfrmSelector::sportMask)
        .containsExactly(0xffff, 0xfffe, 0xfffe, 0xffff);
  }

  @Test
  void icmpIsTypeAndCode() throws Exception {
    XfrmSelector ping = outbound("10.1.0.0/24[icmp/8]", "10.2.0.0/24[icmp]").getFirst();
    assertThat(ping.sport()).isEqualTo(8);
    assertThat(ping.sportMask()).isEqualTo(0xffff);
    assertThat(ping.dportMask()).isZero();
  }

  @Test
  void opaquePortsCannotBeExpressed() {
    assertThatThrownBy(() -> outbound("10.1.0.0/24[udp/opaque]", "10.2.0.0/24[udp]"))
        .isInstanceOf(ChildRequests.Inexpressible.class);
  }
}
