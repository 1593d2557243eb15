package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Capture;
import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway without a pair whose daemon ends: killed or restarted, it goes on with the tunnels that
 * the kernel has served meanwhile; stopped, it deletes them.
 */
@LabTest
@Tag("long")
@ExtendWith(Evidence.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RestartTest {
  private static final Tunnel FIRST = Tunnel.number(1).child("other");
  private static final Tunnel SECOND = Tunnel.number(2);
  private static Lab lab;
  private static Capture wire;
  private static Path directory;

  @BeforeAll
  static void start(@TempDir Path folder) {
    directory = folder;
    lab = Lab.flat(folder);
    lab.startPollux("", FIRST, SECOND);
    lab.startSwan("", FIRST, SECOND);
    wire = Capture.start(lab.ns, "wan", "br0", folder.resolve("wan.txt"));
    lab.pollux.ctl("up", FIRST.name()).orFail();
    lab.swan.swanctl("--initiate", "--child", SECOND.swanChild("net")).orFail();
    Lab.until(() -> Sas.of(lab.pollux, SECOND).size() == 1, "the second tunnel");
  }

  @AfterAll
  static void stop() {
    wire.close();
    lab.close();
  }

  @Test
  @Order(1)
  void aKilledEngineCostsNoPacketAndNothingIsNegotiated() {
    List<Sas.Ike> first = Sas.of(lab.pollux, FIRST);
    List<Sas.Ike> second = Sas.of(lab.pollux, SECOND);
    try (PingStream stream = stream("killed")) {
      int said = lab.pollux.log().length();
      lab.pollux.killEngine();
      stream.awaitReplies(3); // nobody but the kernel is there
      lab.pollux.awaitLog(said, "adopted the reign", "3 Child SAs go on, 0 put back, 0 foreign");
      lab.pollux.awaitReady();
      stream.awaitReplies(5);
      assertThat(stream.stopAndCountLost()).isEmpty();
    }
    assertThat(Sas.of(lab.pollux, FIRST)).isEqualTo(first);
    assertThat(Sas.of(lab.pollux, SECOND)).isEqualTo(second);
    assertStillNegotiates();
  }

  @Test
  @Order(2)
  void anOrderedRestartIsTheSame() {
    List<Sas.Ike> first = Sas.of(lab.pollux, FIRST);
    try (PingStream stream = stream("restarted")) {
      int said = lab.pollux.log().length();
      lab.pollux.ctl("restart", "--yes").orFail();
      lab.pollux.awaitLog(said, "adopted the reign", "3 Child SAs go on");
      lab.pollux.awaitReady();
      stream.awaitReplies(5);
      assertThat(stream.stopAndCountLost()).isEmpty();
    }
    assertThat(Sas.of(lab.pollux, FIRST)).isEqualTo(first);
    lab.ping(SECOND, 0);
  }

  @Test
  @Order(3)
  void whatTheKernelHasLostComesBackAheadAndStrangersGo() {
    Sas.Child child = Sas.only(lab.pollux, FIRST).orElseThrow().child("net");
    String ends = "src " + Tunnel.POLLUX + " dst " + FIRST.swanAddress() + " proto esp spi 0x";
    lab.ns.ip(
        "pollux",
        "xfrm state delete " + ends + child.spiOut(),
        "xfrm state add "
            + ends
            + "7777 mode tunnel aead rfc4106(gcm(aes)) 0x"
            + "11".repeat(36)
            + " 128");
    int said = lab.pollux.log().length();
    lab.pollux.killEngine();
    lab.pollux.awaitLog(said, "2 Child SAs go on, 1 put back, 1 foreign SAs removed");
    lab.pollux.awaitReady();
    assertThat(lab.outbound(FIRST))
        .extracting(KernelSa::spi)
        .contains(child.spiOut())
        .doesNotContain("00007777");
    lab.ping(FIRST, 0);
    lab.ping(FIRST, 1);
    assertStillNegotiates();
  }

  @Test
  @Order(4)
  void stoppedInOrderItDeletesItsTunnels() {
    lab.pollux.close();
    assertThat(lab.swanSas(FIRST)).isEmpty();
    assertThat(lab.swanSas(SECOND)).isEmpty();
    assertThat(KernelSa.in("pollux")).isEmpty();
    assertThat(lab.ping("pollux", FIRST.polluxHost(), FIRST.swanHost()).ok()).isFalse();
  }

  @Test
  @Order(5)
  void withoutItsGuardThereIsNothingToGoOnWith() {
    lab.startPollux("", FIRST, SECOND);
    lab.pollux.ctl("up", FIRST.name()).orFail();
    lab.ping(FIRST, 0);
    lab.pollux.kill();
    assertThat(lab.both(FIRST)).isNotEmpty();
    lab.startPollux("", FIRST, SECOND);
    lab.pollux.awaitLog(0, "cold start: no earlier daemon has left anything");
    assertThat(KernelSa.in("pollux")).isEmpty();
    assertThat(lab.ping("pollux", FIRST.polluxHost(), FIRST.swanHost()).ok()).isFalse();
  }

  @Test
  @Order(6)
  void nothingEverPassedInTheClear() {
    assertThat(wire.with("ESP(")).isNotEmpty();
    assertThat(wire.with("IP 10.")).isEmpty();
  }

  private static PingStream stream(String name) {
    return PingStream.start(
        lab.ns, "pollux", FIRST.polluxHost(), FIRST.swanHost(), directory.resolve(name + ".txt"));
  }

  /** Message IDs, keys and windows are right: both sides can still start an exchange. */
  private static void assertStillNegotiates() {
    String before = Sas.only(lab.pollux, FIRST).orElseThrow().child("net").spiIn();
    lab.pollux.ctl("rekey", FIRST.name(), "net").orFail();
    Lab.until(
        () ->
            Sas.only(lab.pollux, FIRST).orElseThrow().children().stream()
                .noneMatch(c -> c.spiIn().equals(before)),
        "a rekeyed child");
    lab.ping(FIRST, 0);
    lab.swan.swanctl("--rekey", "--child", SECOND.swanChild("net")).orFail();
    lab.ping(SECOND, 0);
  }
}
