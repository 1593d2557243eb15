package io.pollux.ha.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final InetAddress FOUR = InetAddress.ofLiteral("192.0.2.100");
  private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::100");

  @Test
  void oneRulePerAddressInBothFamilies() {
    List<GateRule> rules = GateRule.of(List.of(FOUR, SIX, FOUR));
    assertThat(rules)
        .extracting(GateRule::toString)
        .containsExactly(
            "pref 1 from 192.0.2.100/32 blackhole",
            "pref 1 from 2001:db8:0:0:0:0:0:100/128 blackhole");
  }
}
