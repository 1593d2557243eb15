package io.pollux.ike.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NarrowingTest {
  @Test
  void rfc7296_2_9_theSubsetThatBothAllow() {
    assertThat(Narrowing.narrow(List.of(net("10.0.0.0/8")), List.of(net("10.1.0.0/16"))))
        .containsExactly(net("10.1.0.0/16"));
    assertThat(Narrowing.narrow(List.of(net("10.1.0.0/16")), List.of(net("10.0.0.0/8"))))
        .containsExactly(net("10.1.0.0/16"));
    assertThat(Narrowing.narrow(List.of(net("10.1.0.0/16")), List.of(net("10.2.0.0/16"))))
        .isEmpty();
    assertThat(Narrowing.narrow(List.of(), List.of(net("10.2.0.0/16")))).isEmpty();
    assertThat(Narrowing.narrow(List.of(net("::/0")), List.of(net("0.0.0.0/0")))).isEmpty();
  }

  /** The example of section 2.9: the packet's own selector first, then the whole range. */
  @Test
  @Rfc({"7296-2.9-1"})
  void rfc7296_2_9_whatThePacketNeedsComesFirst() {
    TrafficSelector packet = selector("192.0.1.43", "192.0.1.43", 6, 80, 80);
    TrafficSelector all = net("192.0.0.0/16");
    List<TrafficSelector> ours = List.of(net("192.0.2.0/24"), net("192.0.1.0/24"));
    assertThat(Narrowing.narrow(List.of(packet, all), ours))
        .containsExactly(net("192.0.1.0/24"), net("192.0.2.0/24"));
    assertThat(Narrowing.narrow(List.of(packet, net("192.0.2.0/24")), ours))
        .containsExactly(packet, net("192.0.2.0/24"));
  }

  @Test
  @Rfc({"7296-3.13.1-1", "7296-3.13.1-2"})
  void rfc7296_3_13_1_protocolsAndPorts() {
    TrafficSelector udp = selector("10.0.0.0", "10.0.0.255", 17, 0, 65535);
    TrafficSelector dns = selector("10.0.0.0", "10.0.0.255", 17, 50, 60);
    TrafficSelector tcp = selector("10.0.0.0", "10.0.0.255", 6, 55, 70);
    TrafficSelector any = selector("10.0.0.0", "10.0.0.255", 0, 0, 65535);
    assertThat(Narrowing.intersection(any, dns)).contains(dns);
    assertThat(Narrowing.intersection(udp, dns)).contains(dns);
    assertThat(Narrowing.intersection(tcp, dns)).isEmpty();
    TrafficSelector some = selector("10.0.0.0", "10.0.0.255", 17, 55, 70);
    assertThat(Narrowing.intersection(some, dns))
        .contains(selector("10.0.0.0", "10.0.0.255", 17, 55, 60));
  }

  @Test
  @Rfc({"7296-3.13.1-3", "7296-3.13.1-4"})
  void rfc7296_3_13_1_anyIncludesOpaqueAndARangeDoesNot() {
    TrafficSelector opaque = selector("10.0.0.0", "10.0.0.255", 6, 65535, 0);
    TrafficSelector any = selector("10.0.0.0", "10.0.0.255", 6, 0, 65535);
    TrafficSelector range = selector("10.0.0.0", "10.0.0.255", 6, 1, 65535);
    assertThat(Narrowing.intersection(any, opaque)).contains(opaque);
    assertThat(Narrowing.intersection(opaque, opaque)).contains(opaque);
    assertThat(Narrowing.intersection(range, opaque)).isEmpty();
    assertThat(Narrowing.contains(any, opaque)).isTrue();
    assertThat(Narrowing.contains(opaque, any)).isFalse();
  }

  /** A subset of both, and nothing of the overlap is lost: checked address by address. */
  @Test
  void everyNarrowingIsExactlyTheOverlap() {
    Random random = new Random(29);
    for (int round = 0; round < 500; round++) {
      List<TrafficSelector> offered = randomSelectors(random);
      List<TrafficSelector> ours = randomSelectors(random);
      List<TrafficSelector> narrowed = Narrowing.narrow(offered, ours);
      assertThat(Narrowing.isSubset(narrowed, offered)).isTrue();
      assertThat(Narrowing.isSubset(narrowed, ours)).isTrue();
      for (int host = 0; host < 64; host++) {
        for (int port : new int[] {0, 7, 15}) {
          assertThat(allows(narrowed, host, port))
              .isEqualTo(allows(offered, host, port) && allows(ours, host, port));
        }
      }
    }
  }

  @Test
  void theAnswerStaysWithinOnePayload() {
    List<TrafficSelector> many = new ArrayList<>();
    for (int i = 0; i < 255; i++) {
      many.add(net("10.0." + i + ".0/24"));
      many.add(net("10.1." + i + ".0/24"));
    }
    assertThat(Narrowing.narrow(many, List.of(net("10.0.0.0/8")))).hasSize(255);
  }

  @Test
  void rangesBecomeTheFewestPrefixes() {
    assertThat(Narrowing.toPrefixes(net("10.1.0.0/16")))
        .containsExactly(Prefix.parse("10.1.0.0/16"));
    assertThat(Narrowing.toPrefixes(net("0.0.0.0/0"))).containsExactly(Prefix.parse("0.0.0.0/0"));
    assertThat(Narrowing.toPrefixes(net("::/0"))).containsExactly(Prefix.parse("::/0"));
    assertThat(Narrowing.toPrefixes(selector("10.0.0.1", "10.0.0.6", 0, 0, 65535)))
        .hasToString("[10.0.0.1/32, 10.0.0.2/31, 10.0.0.4/31, 10.0.0.6/32]");
    assertThat(Narrowing.toPrefixes(selector("0.0.0.1", "255.255.255.254", 0, 0, 65535)))
        .hasSize(62);
    assertThat(Narrowing.toPrefixes(selector("255.255.255.255", "255.255.255.255", 0, 0, 65535)))
        .hasToString("[255.255.255.255/32]");
    assertThat(
            Narrowing.toPrefixes(
                selector("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 0, 0, 65535)))
        .hasSize(254);
  }

  @Test
  void prefixesCoverTheRangeExactly() {
    Random random = new Random(3);
    for (int round = 0; round < 1000; round++) {
      long a = random.nextLong(1L << 32);
      long b = random.nextLong(1L << 32);
      TrafficSelector range = selector(v4(Math.min(a, b)), v4(Math.max(a, b)), 0, 0, 65535);
      BigInteger next = Narrowing.number(range.from());
      for (Prefix prefix : Narrowing.toPrefixes(range)) {
        assertThat(Narrowing.number(prefix.address())).isEqualTo(next);
        next = Narrowing.number(prefix.last()).add(BigInteger.ONE);
      }
      assertThat(next).isEqualTo(Narrowing.number(range.to()).add(BigInteger.ONE));
    }
  }

  @Test
  void prefixesAreParsedStrictly() {
    assertThat(Prefix.parse("192.0.2.1")).hasToString("192.0.2.1/32");
    assertThat(Prefix.parse("2001:db8::/32").last().getHostAddress())
        .isEqualTo("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
    for (String wrong :
        List.of(
            "10.0.0.1/24", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "host/24", "", "::1/64")) {
      assertThatThrownBy(() -> Prefix.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static List<TrafficSelector> randomSelectors(Random random) {
    List<TrafficSelector> selectors = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int a = random.nextInt(64);
      int b = random.nextInt(64);
      int p = random.nextInt(16);
      int q = random.nextInt(16);
      int protocol = random.nextBoolean() ? 0 : 17;
      selectors.add(
          selector(
              v4(Math.min(a, b)), v4(Math.max(a, b)), protocol, Math.min(p, q), Math.max(p, q)));
    }
    return selectors;
  }

  private static boolean allows(List<TrafficSelector> selectors, int host, int port) {
    TrafficSelector packet = selector(v4(host), v4(host), 17, port, port);
    return selectors.stream().anyMatch(s -> Narrowing.contains(s, packet));
  }

  private static String v4(long number) {
    return (number >>> 24)
        + "."
        + (number >>> 16 & 255)
        + "."
        + (number >>> 8 & 255)
        + "."
        + (number & 255);
  }

  private static TrafficSelector net(String prefix) {
    return Prefix.parse(prefix).selector();
  }

  private static TrafficSelector selector(
      String from, String to, int protocol, int start, int end) {
    return new TrafficSelector(
        InetAddress.ofLiteral(from), InetAddress.ofLiteral(to), protocol, start, end);
  }
}
