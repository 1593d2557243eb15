package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Capture;
import io.pollux.it.lab.LabTest;
import io.pollux.it.peer.RawReport;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
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
  private static final Tunnel OWN = device(6, "own");
  private static final Tunnel SHARED = device(7, "shared");
  private static final Tunnel VTI = device(8, "vti");
  private static final Tunnel REAUTH =
      Tunnel.number(5).child("two").pollux("reauth-time = 8s").pollux("reauth-jitter = 0s");
  private static final Tunnel REAUTH_BY_SWAN =
      Tunnel.number(9)
          .child("two")
          .swan("reauth_time = 8s")
          .swan("rand_time = 0s")
          .swan("over_time = 60s");
  private static Lab lab;

  private static Tunnel device(int number, String kind) {
    return Tunnel.number(number)
        .polluxChild("start", "on-demand")
        .pollux("interface = " + kind)
        .pollux("liveness = 0s");
  }

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    Tunnel[] all = {
      TRANSPORT, DECLINED, ON_DEMAND, FIRST_PING, OWN, SHARED, VTI, REAUTH, REAUTH_BY_SWAN
    };
    // How long the kernel keeps a flow that has asked for an SA from asking again.
    lab.ns.run("pollux", "sysctl", "-qw", "net.core.xfrm_acq_expires=2").orFail();
    lab.startPollux("", all);
    lab.startSwan("make_before_break = yes", all);
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
    lab.pollux.ctl("down", TRANSPORT.name(), "--yes").orFail();
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
    aPingStarts(FIRST_PING);
  }

  /** Through a device of its own, the shared one, and a VTI; once more after the tunnel's end. */
  @Test
  void aPingStartsARouteTunnel() {
    for (Tunnel tunnel : List.of(OWN, SHARED, VTI)) {
      aPingStarts(tunnel);
      lab.swan.swanctl("--terminate", "--ike", tunnel.name()).orFail();
      Lab.until(() -> Sas.of(lab.pollux, tunnel).isEmpty(), "the end of the SAs");
      aPingStarts(tunnel);
    }
  }

  private static void aPingStarts(Tunnel tunnel) {
    assertThat(lab.both(tunnel).stream().filter(sa -> !sa.spi().equals("00000000"))).isEmpty();
    try (Capture wan = Capture.start(lab.ns, "wan", "br0", lab.directory.resolve("wan.txt"))) {
      Lab.until(
          () -> lab.ping("pollux", tunnel.polluxHost(), tunnel.swanHost()).ok(),
          "a ping through " + tunnel.name() + ", which it has started");
      String esp = "192.0.2.1 > " + tunnel.swanAddress() + ": ESP(";
      Lab.until(() -> !wan.with(esp).isEmpty(), "ESP on the wire");
      assertThat(wan.with(tunnel.swanHost())).as("in the clear").isEmpty();
    }
    assertThat(lab.swanChildren(tunnel)).hasSize(1);
    assertThat(Sas.only(lab.pollux, tunnel).orElseThrow().originalInitiator()).isTrue();
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
   * RFC 7296 section 2.8 allows that and says that packets may be dropped for it. Nothing is lost
   * but those.
   */
  @Test
  void rfc7296Section2_8_3NewIkeSaBeforeTheOldOneGoesAndTrafficGoesOn() {
    lab.pollux.ctl("up", REAUTH.name()).orFail();
    long before = withoutState();
    SortedSet<Integer> lost = lostWhileAuthenticatingAnew(REAUTH);
    assertThat((long) lost.size())
        .as("lost: %s; what came on an SA that was not here yet", lost)
        .isLessThanOrEqualTo(withoutState() - before);
    lab.pollux.ctl("down", REAUTH.name(), "--yes").orFail();
  }

  /** As a responder Pollux sends on the new SA when the peer does: nothing is lost at all. */
  @Test
  void rfc7296Section2_8_3AuthenticatedAnewByStrongSwanWithoutAnyLoss() {
    lab.swan.initiate(REAUTH_BY_SWAN.swanChild("net")).orFail();
    lab.swan.initiate(REAUTH_BY_SWAN.swanChild("two")).orFail();
    assertThat(lostWhileAuthenticatingAnew(REAUTH_BY_SWAN)).isEmpty();
    lab.pollux.ctl("down", REAUTH_BY_SWAN.name(), "--yes").orFail();
  }

  private static SortedSet<Integer> lostWhileAuthenticatingAnew(Tunnel tunnel) {
    String first = Sas.only(lab.pollux, tunnel).orElseThrow().initiatorSpi();
    SortedSet<Integer> lost;
    try (PingStream pings =
        PingStream.start(
            lab.ns,
            "pollux",
            tunnel.polluxHost(0),
            tunnel.swanHost(0),
            lab.directory.resolve(tunnel.name() + ".ping"))) {
      Lab.until(
          () -> {
            List<RawReport> sas = lab.swanSas(tunnel);
            return sas.size() == 1
                && !sas.getFirst().value("initiator-spi").orElse("").equals(first)
                && lab.swanChildren(tunnel).size() == 2;
          },
          "one new IKE SA with both children");
      pings.awaitReplies(5);
      lost = pings.stopAndCountLost();
    }
    lab.ping(tunnel, 0);
    lab.ping(tunnel, 1);
    return lost;
  }

  /** Packets that came to Pollux's kernel on an SA that it does not have. */
  private static long withoutState() {
    String all = lab.ns.run("pollux", "cat", "/proc/net/xfrm_stat").orFail();
    return all.lines()
        .filter(line -> line.startsWith("XfrmInNoStates"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
