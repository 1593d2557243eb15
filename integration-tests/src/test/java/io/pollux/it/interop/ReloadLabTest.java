package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Reloads under traffic: what did not change loses no packet, what did starts over or ends. */
@LabTest
@ExtendWith(Evidence.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReloadLabTest {
  private static final Tunnel KEPT = Tunnel.number(1);
  private static final Tunnel LESS = Tunnel.number(2).child("other");
  private static final Tunnel REMOVED = Tunnel.number(3);
  private static final Tunnel ADDED = Tunnel.number(4);
  private static Path configuration;
  private static String first;
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    lab = Lab.flat(directory);
    lab.startPollux("", KEPT, LESS, REMOVED, ADDED); // so that all have their secrets
    configuration = directory.resolve("p/pollux.conf");
    first = Files.readString(configuration);
    lab.startSwan("", KEPT, LESS, REMOVED, ADDED);
    write(first.replace(ADDED.polluxConnection(), ""));
    lab.pollux.ctl("reload", "--yes").orFail();
    for (Tunnel tunnel : List.of(KEPT, LESS, REMOVED)) {
      lab.pollux.ctl("up", tunnel.name()).orFail();
      lab.ping(tunnel, 0);
    }
  }

  private static void write(String text) throws IOException {
    Files.writeString(configuration, text);
  }

  private static List<String> spis(Tunnel tunnel) {
    return lab.both(tunnel).stream().map(KernelSa::spi).sorted().toList();
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  @Order(1)
  void aWrongConfigurationChangesNothing() throws IOException {
    write(first.replace("proposals = [", "proposal = ["));

    Ran ran = lab.pollux.ctl("reload", "--yes");

    assertThat(ran.status()).isEqualTo(78);
    assertThat(ran.err()).contains("did you mean proposals?", "nothing was changed");
    lab.ping(KEPT, 0);
    lab.ping(REMOVED, 0);
  }

  @Test
  @Order(2)
  void whatDidNotChangeLosesNoPacketAndKeepsItsCounters(@TempDir Path logs) throws IOException {
    String less =
        first
            .replace(REMOVED.polluxConnection(), "")
            .replace(LESS.polluxConnection(), Tunnel.number(2).polluxConnection());
    write(less);
    List<String> kept = spis(KEPT);
    long packets = lab.outbound(KEPT).getFirst().packets();
    try (PingStream stream =
        PingStream.start(
            lab.ns, "pollux", KEPT.polluxHost(), KEPT.swanHost(), logs.resolve("ping"))) {
      assertThat(lab.pollux.ctl("reload", "--dry-run").orFail())
          .contains(
              "added: connection t4",
              "changed: connection t2: its IKE SA stays; SAs of other are deleted",
              "removed: connection t3",
              "untouched: 1 connection",
              "nothing was changed");
      assertThat(lab.both(REMOVED)).isNotEmpty();

      lab.pollux.ctl("reload", "--yes").orFail();

      Lab.until(() -> lab.both(REMOVED).isEmpty(), "the end of the removed connection");
      Lab.until(() -> lab.swanSas(REMOVED).isEmpty(), "that its peer was told");
      Lab.until(() -> lab.swanChildren(LESS).size() == 1, "the end of the removed child");
      lab.pollux.ctl("up", ADDED.name()).orFail();
      lab.ping(ADDED, 0);
      lab.ping(LESS, 0);
      stream.awaitReplies(10);
      assertThat(stream.stopAndCountLost()).isEmpty();
    }
    assertThat(spis(KEPT)).isEqualTo(kept);
    assertThat(lab.outbound(KEPT).getFirst().packets()).isGreaterThan(packets);
    String policies = lab.ns.run("pollux", "ip", "xfrm", "policy").orFail();
    assertThat(policies).doesNotContain("10.2.3.0/24").doesNotContain("10.12.2.0/24");
    assertThat(lab.ns.run("pollux", "ip", "route", "show", "table", "4500").orFail())
        .contains("unreachable 10.2.4.0/24")
        .doesNotContain("10.2.3.0/24");
  }

  /** The engine sees no difference, but the SAs are bound to the device. */
  @Test
  @Order(3)
  void anotherDeviceStartsOver() throws IOException {
    String before = Files.readString(configuration);
    write(
        before.replace(
            KEPT.polluxConnection(),
            KEPT.polluxConnection().replaceFirst("\\{\n", "{\n    interface = vti\n")));
    List<String> old = spis(KEPT);

    assertThat(lab.pollux.ctl("reload", "--yes").orFail())
        .contains("changed: connection t1: its SAs are deleted and negotiated anew");

    Lab.until(() -> spis(KEPT).stream().noneMatch(old::contains), "the end of the old SAs");
    lab.pollux.ctl("up", KEPT.name()).orFail();
    lab.ping(KEPT, 0);
    assertThat(lab.ns.run("pollux", "ip", "link").orFail()).containsPattern("plx[0-9a-f]{8}");

    write(before);
    lab.pollux.ctl("reload", "--yes").orFail();

    Lab.until(() -> spis(KEPT).isEmpty(), "the end of the SAs");
    Lab.until(
        () -> !lab.ns.run("pollux", "ip", "link").orFail().matches("(?s).*plx[0-9a-f]{8}.*"),
        "the end of the device");
    lab.pollux.ctl("up", KEPT.name()).orFail();
    lab.ping(KEPT, 0);
    lab.ping(LESS, 0);
  }

  @Test
  @Order(4)
  void nothingToDoIsSaid() {
    assertThat(lab.pollux.ctl("reload", "--yes").orFail()).contains("nothing to do");
  }
}
