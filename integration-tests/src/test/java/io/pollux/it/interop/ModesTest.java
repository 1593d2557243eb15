package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Capture;
import io.pollux.it.lab.LabTest;
import io.pollux.it.peer.RawReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transport mode, children that a packet starts, and a new authentication, with strongSwan. */
@LabTest
@ExtendWith(Evidence.class)
class ModesTest {
  private static final Tunnel TRANSPORT = Tunnel.number(1).transport();
  private static final Tunnel DECLINED = Tunnel.number(2).transport().swanChild("mode", "tunnel");
  private static final Tunnel ON_DEMAND =
      Tunnel.number(3).child("two").polluxChild("start", "on-demand");
  private static final Tunnel FIRST_PING =
      Tunnel.number(4).polluxChild("start", "on-demand").pollux("liveness = 0s");
  private static final Tunnel REAUTH =
      Tunnel.number(5).child("two").pollux("reauth-time = 8s").pollux("reauth-jitter = 0s");
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    Tunnel[] all = {TRANSPORT, DECLINED, ON_DEMAND, FIRST_PING, REAUTH};
    // How long the kernel keeps a flow that has asked for an SA from asking again.
    lab.ns.run("pollux", "sysctl", "-qw", "net.core.xfrm_acq_expires=2").orFail();
    lab.startPollux("", all);
    lab.startSwan("", all);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rfc7296Section1_3_1TransportModeWhoeverBegins(boolean pollux) {
    if (pollux) {
      lab.pollux.ctl("up", TRANSPORT.name()).orFail();
    } else {
      lab.swan.initiate(TRANSPORT.swanChild("net")).orFail();
    }
    lab.ping("pollux", Tunnel.POLLUX, TRANSPORT.swanAddress()).orFail();
    lab.ping("swan", TRANSPORT.swanAddress(), Tunnel.POLLUX).orFail();
    RawReport child = lab.swanChildren(TRANSPORT).getFirst();
    assertThat(child.value("mode")).contains("TRANSPORT");
    assertThat(lab.both(TRANSPORT))
        .hasSize(2)
        .allSatisfy(sa -> assertThat(sa.packets()).isEqualTo(6));
    lab.pollux.ctl("rekey", TRANSPORT.name(), "net").orFail();
    lab.ping("pollux", Tunnel.POLLUX, TRANSPORT.swanAddress()).orFail();
    lab.pollux.ctl("down", TRANSPORT.name()).orFail();
  }

  @Test
  void rfc7296Section1_3_1AResponderThatWantsTunnelModeIsLeft() {
    int from = lab.pollux.log().length();
    assertThat(lab.pollux.ctl("up", DECLINED.name()).ok()).isFalse();
    lab.pollux.awaitLog(from, "transport mode");
    assertThat(lab.both(DECLINED)).isEmpty();
  }

  /** The first packets are dropped, and nothing is ever seen in the clear. */
  @Test
  void aPingStartsTheTunnel() {
    assertThat(lab.both(FIRST_PING)).isEmpty();
    try (Capture wan = Capture.start(lab.ns, "wan", "br0", lab.directory.resolve("wan.txt"))) {
      Lab.until(
          () -> lab.ping("pollux", FIRST_PING.polluxHost(), FIRST_PING.swanHost()).ok(),
          "a ping through a tunnel that it has started");
      String esp = "192.0.2.1 > " + FIRST_PING.swanAddress() + ": ESP(";
      Lab.until(() -> !wan.with(esp).isEmpty(), "ESP on the wire");
      assertThat(wan.with(FIRST_PING.swanHost())).as("in the clear").isEmpty();
    }
    assertThat(lab.swanChildren(FIRST_PING)).hasSize(1);
    assertThat(Sas.only(lab.pollux, FIRST_PING).orElseThrow().originalInitiator()).isTrue();
  }

  /** Only the child whose selectors the packet has, and again after it went down. */
  @Test
  void aPacketStartsItsOwnChildAlone() {
    Lab.until(
        () -> lab.ping("pollux", ON_DEMAND.polluxHost(1), ON_DEMAND.swanHost(1)).ok(),
        "a ping through the second child");
    assertThat(lab.swanChildren(ON_DEMAND))
        .extracting(c -> c.value("name").orElseThrow())
        .containsExactly(ON_DEMAND.swanChild("two"));
    lab.swan.swanctl("--terminate", "--ike", ON_DEMAND.name()).orFail();
    Lab.until(() -> Sas.of(lab.pollux, ON_DEMAND).isEmpty(), "the end of the SAs");
    Lab.until(
        () -> lab.ping("pollux", ON_DEMAND.polluxHost(1), ON_DEMAND.swanHost(1)).ok(),
        "a ping through the second child, once more");
  }

  /**
   * strongSwan sends on the new SA as soon as it has answered IKE_AUTH, before that answer is here:
   * a few replies are lost, in a slow guest more.
   */
  @Test
  void rfc7296Section2_8_3NewIkeSaBeforeTheOldOneGoesAndTrafficGoesOn() {
    lab.pollux.ctl("up", REAUTH.name()).orFail();
    String first = Sas.only(lab.pollux, REAUTH).orElseThrow().initiatorSpi();
    try (PingStream pings =
        PingStream.start(
            lab.ns,
            "pollux",
            REAUTH.polluxHost(0),
            REAUTH.swanHost(0),
            lab.directory.resolve("reauth.ping"))) {
      Lab.until(
          () -> {
            List<RawReport> sas = lab.swanSas(REAUTH);
            return sas.size() == 1
                && !sas.getFirst().value("initiator-spi").orElse("").equals(first)
                && lab.swanChildren(REAUTH).size() == 2;
          },
          "one new IKE SA with both children");
      pings.awaitReplies(5);
    }
    lab.ping(REAUTH, 0);
    lab.ping(REAUTH, 1);
    lab.pollux.ctl("down", REAUTH.name()).orFail();
  }
}
