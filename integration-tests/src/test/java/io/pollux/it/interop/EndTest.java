package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Capture;
import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How tunnels end: by either side's word, and without one. What then would pass is blocked. */
@LabTest
@ExtendWith(Evidence.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndTest {
  private static final String QUICK = "ike { retransmit { first = 200ms, tries = 3 } }";
  private static final Tunnel DOWN = Tunnel.number(1).child("other");
  private static final Tunnel TERMINATED = Tunnel.number(2).child("other");
  private static final Tunnel KILLED = Tunnel.number(3).pollux("liveness = 1s");
  private static final Tunnel STOPPED = Tunnel.number(4);
  private static Lab lab;
  private static Capture wire;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.startPollux(QUICK, DOWN, TERMINATED, KILLED, STOPPED);
    startSwan();
    wire = Capture.start(lab.ns, "wan", "br0", directory.resolve("wan.txt"));
  }

  private static void startSwan() {
    lab.startSwan("", DOWN, TERMINATED, KILLED, STOPPED);
  }

  @AfterAll
  static void stop() {
    wire.close();
    lab.close();
  }

  @Test
  @Order(1)
  void polluxTakesAChildAndThenEverythingDown() {
    lab.pollux.ctl("up", DOWN.name()).orFail();
    lab.ping(DOWN, 0);

    lab.pollux.ctl("down", DOWN.name(), "other", "--yes").orFail();

    Lab.until(() -> lab.swanChildren(DOWN).size() == 1, "one child left at strongSwan");
    lab.ping(DOWN, 0);
    assertBlocked(DOWN, 1);

    lab.pollux.ctl("down", DOWN.name(), "--yes").orFail();

    Lab.until(() -> lab.swanSas(DOWN).isEmpty(), "the end of strongSwan's IKE SA");
    assertGone(DOWN);
  }

  @Test
  @Order(2)
  void strongSwanTakesAChildAndThenEverythingDown() {
    lab.pollux.ctl("up", TERMINATED.name()).orFail();

    lab.swan.swanctl("--terminate", "--child", TERMINATED.swanChild("other")).orFail();

    Lab.until(() -> lab.both(TERMINATED).size() == 2, "one child left in the kernel");
    lab.ping(TERMINATED, 0);
    assertBlocked(TERMINATED, 1);

    lab.swan.swanctl("--terminate", "--ike", TERMINATED.name()).orFail();

    Lab.until(() -> Sas.of(lab.pollux, TERMINATED).isEmpty(), "the end of Pollux's IKE SA");
    assertGone(TERMINATED);
  }

  @Test
  @Order(3)
  void aPeerThatStopsTakesItsTunnelsDown() {
    lab.pollux.ctl("up", STOPPED.name()).orFail();

    lab.swan.close();

    Lab.until(() -> Sas.of(lab.pollux, STOPPED).isEmpty(), "the end of Pollux's IKE SA");
    assertGone(STOPPED);
    startSwan();
  }

  @Test
  @Order(4)
  void aPeerThatDiesIsNoticedAndTheKernelCleaned() {
    lab.pollux.ctl("up", KILLED.name()).orFail();
    lab.ping(KILLED, 0);
    int from = lab.pollux.log().length();

    lab.swan.kill();

    Lab.until(() -> Sas.of(lab.pollux, KILLED).isEmpty(), "that Pollux notices");
    lab.pollux.awaitLog(from, "conn=t3", "no answer from " + KILLED.swanAddress());
    assertGone(KILLED);
    assertThat(Sas.counter(lab.pollux, "peers_silent")).isEqualTo(1);
  }

  /** And the tunnel can be had again. */
  @Test
  @Order(5)
  void afterTheDeathOfThePeerATunnelComesUpAgain() {
    lab.ns.run("swan", "ip", "xfrm", "state", "flush").orFail(); // as a reboot does
    lab.ns.run("swan", "ip", "xfrm", "policy", "flush").orFail();
    startSwan();

    lab.pollux.ctl("up", KILLED.name()).orFail();

    lab.ping(KILLED, 0);
  }

  /** It has forgotten everything, and says so: INITIAL_CONTACT, RFC 7296 section 2.4. */
  @Test
  @Order(6)
  void aPeerThatStartedAnewReplacesWhatPolluxStillHas() {
    String before = Sas.only(lab.pollux, KILLED).orElseThrow().initiatorSpi();
    lab.swan.kill();
    lab.ns.run("swan", "ip", "xfrm", "state", "flush").orFail();
    lab.ns.run("swan", "ip", "xfrm", "policy", "flush").orFail();
    startSwan();

    lab.swan.initiate(KILLED.swanChild("net")).orFail();

    Lab.until(
        () ->
            Sas.only(lab.pollux, KILLED)
                .filter(sa -> !sa.initiatorSpi().equals(before))
                .isPresent(),
        "the new IKE SA alone");
    Lab.until(() -> lab.both(KILLED).size() == 2, "the end of the old SAs");
    lab.ping(KILLED, 0);
  }

  @Test
  @Order(7)
  void aPolluxThatStartedAnewReplacesWhatThePeerStillHas() {
    lab.pollux.kill();
    lab.startPollux(QUICK, DOWN, TERMINATED, KILLED, STOPPED);
    assertThat(lab.both(KILLED)).as("SAs of the daemon before").isEmpty();
    assertBlocked(KILLED, 0);

    lab.pollux.ctl("up", KILLED.name()).orFail();

    Lab.until(() -> lab.swanSas(KILLED).size() == 1, "strongSwan's new IKE SA alone");
    lab.ping(KILLED, 0);
    assertThat(lab.swanChildren(KILLED)).hasSize(1);
  }

  private static void assertGone(Tunnel tunnel) {
    Lab.until(() -> lab.both(tunnel).isEmpty(), "that no SA is left in Pollux's kernel");
    assertBlocked(tunnel, 0);
  }

  private static void assertBlocked(Tunnel tunnel, int child) {
    assertThat(
            lab.ns
                .run(
                    "pollux",
                    "ping",
                    "-q",
                    "-c",
                    "2",
                    "-i",
                    "0.1",
                    "-W",
                    "1",
                    "-I",
                    tunnel.polluxHost(child),
                    tunnel.swanHost(child))
                .ok())
        .as("ping through a tunnel that is not there")
        .isFalse();
    assertThat(wire.with(tunnel.swanHost(child))).as("clear text on the WAN").isEmpty();
  }
}
