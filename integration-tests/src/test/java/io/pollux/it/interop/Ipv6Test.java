package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** IPv6 outside, inside, and one in the other; and ESP in UDP because the operator wants it. */
@LabTest
@ExtendWith(Evidence.class)
class Ipv6Test {
  private static final String POLLUX6 = "2001:db8::1";
  private static final String SWAN6 = "2001:db8::2";
  private static final String OURS6 = "fd01::1";
  private static final String THEIRS6 = "fd02::1";
  private static final Tunnel SIX_IN_SIX =
      Tunnel.number(1).selectors("fd01::/64", "fd02::/64").addresses(POLLUX6, SWAN6);
  private static final Tunnel SIX_IN_FOUR = Tunnel.number(2).selectors("fd01::/64", "fd02::/64");
  private static final Tunnel FORCED = Tunnel.number(3).pollux("force-encapsulation = true");
  private static final Tunnel FORCED_BY_SWAN = Tunnel.number(4).swan("encap = yes");
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.startPollux("", SIX_IN_SIX, SIX_IN_FOUR, FORCED, FORCED_BY_SWAN);
    lab.startSwan("", SIX_IN_SIX, SIX_IN_FOUR, FORCED, FORCED_BY_SWAN);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void ipv6ThroughIpv6() {
    carries(SIX_IN_SIX, true);
    carries(SIX_IN_SIX, false);
  }

  @Test
  void ipv6ThroughIpv4() {
    carries(SIX_IN_FOUR, true);
    carries(SIX_IN_FOUR, false);
  }

  private static void carries(Tunnel tunnel, boolean byPollux) {
    if (byPollux) {
      lab.pollux.ctl("up", tunnel.name()).orFail();
    } else {
      lab.swan.initiate(tunnel.swanChild("net")).orFail();
    }
    pingBothWays();
    lab.pollux.ctl("rekey", tunnel.name(), "net").orFail();
    Lab.until(() -> lab.both(tunnel).size() == 2, "the end of the old SAs");
    pingBothWays();
    assertThat(lab.both(tunnel))
        .hasSize(2)
        .allSatisfy(sa -> assertThat(sa.packets()).isPositive())
        .allSatisfy(sa -> assertThat(sa.drops()).isZero());
    lab.pollux.ctl("down", tunnel.name(), "--yes").orFail();
    assertThat(lab.both(tunnel)).isEmpty();
    assertThat(lab.ping("pollux", OURS6, THEIRS6).ok()).as("a ping without a tunnel").isFalse();
    Lab.until(() -> lab.swanSas(tunnel).isEmpty(), "the end of strongSwan's IKE SA");
  }

  private static void pingBothWays() {
    lab.ping("pollux", OURS6, THEIRS6).orFail();
    lab.ping("swan", THEIRS6, OURS6).orFail();
  }

  @Test
  void polluxForcesUdpAsInitiator() {
    lab.pollux.ctl("up", FORCED.name()).orFail();
    inUdp(FORCED);
  }

  @Test
  void polluxForcesUdpAsResponder() {
    lab.pollux.ctl("down", FORCED.name(), "--yes").orFail();
    lab.swan.initiate(FORCED.swanChild("net")).orFail();
    inUdp(FORCED);
  }

  @Test
  void strongSwanForcesUdpAsInitiator() {
    lab.swan.initiate(FORCED_BY_SWAN.swanChild("net")).orFail();
    inUdp(FORCED_BY_SWAN);
  }

  @Test
  void strongSwanForcesUdpAsResponder() {
    lab.pollux.ctl("down", FORCED_BY_SWAN.name(), "--yes").orFail();
    lab.pollux.ctl("up", FORCED_BY_SWAN.name()).orFail();
    inUdp(FORCED_BY_SWAN);
  }

  private static void inUdp(Tunnel tunnel) {
    lab.ping(tunnel, 0);
    assertThat(Sas.only(lab.pollux, tunnel).orElseThrow().child("net").udpEncap()).isTrue();
    assertThat(lab.both(tunnel))
        .hasSize(2)
        .allSatisfy(sa -> assertThat(sa.encap()).isEqualTo("4500 4500"))
        .allSatisfy(sa -> assertThat(sa.packets()).isEqualTo(6));
    lab.pollux.ctl("down", tunnel.name(), "--yes").orFail();
    Lab.until(() -> lab.swanSas(tunnel).isEmpty(), "the end of strongSwan's IKE SA");
  }
}
