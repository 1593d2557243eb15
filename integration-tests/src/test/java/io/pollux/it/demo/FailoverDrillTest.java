package io.pollux.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code polluxctl drill} on a real pair with strongSwan as the peer, probed from a host behind it:
 * one that goes well, one that is interrupted, and one in a network that follows a node instead of
 * the virtual address.
 */
@LabTest
@Tag("long")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailoverDrillTest {
  private static final Duration GENEROUS = Duration.ofSeconds(300);
  private static final Duration A_DRILL = Duration.ofSeconds(1200);

  /** Time decides nothing here. */
  private static final List<String> PATIENT = List.of("--mttr", "120000", "--tolerance", "120000");

  private static Path dir;
  private static Tools tools;
  private static PolluxHub hub;
  private static StrongSwan branch;

  @BeforeAll
  static void start(@TempDir Path directory) {
    dir = directory;
    Topology.destroy();
    Site site = new NamespaceSite(new Topology(1), Path.of("-"));
    site.build();
    Path home = Path.of(System.getProperty("pollux.home", "packaging/target/pollux"));
    tools = new Tools(Path.of("-"), home);
    branch = new StrongSwan(site.on(Topology.BRANCH), dir.resolve("s"), 1);
    PolluxConfig config = new PolluxConfig(1, 3000, "auto", false);
    hub = new PolluxHub(dir, tools, site, config, FailoverDrillTest::patient);
    branch.start();
    hub.start();
    branch.connect();
    // Without ESN the margin goes by time, and a busy machine's is short: the pair would not be
    // ready.
    hub.node(Gateway.A).command("down", "branch", "cbc", "--yes");
    hub.awaitReady();
  }

  /** What is tested here is order, not speed: nothing gives up because the machine is busy. */
  private static String patient(String conf) {
    String slow =
        conf.replace("port = 4510,", "port = 4510, heartbeat = 1s, timeout = 30s,")
            .replace("counters { poll = 100ms }", "counters { poll = 1s }, barrier = 10s");
    assertThat(slow).contains("timeout = 30s").contains("barrier = 10s");
    return slow;
  }

  @AfterAll
  static void stop() {
    hub.stop();
    branch.stop();
    Topology.destroy();
  }

  @Test
  @Order(1)
  @Timeout(1500)
  void everyCriterionHolds() throws IOException {
    Ran plan = drill(Gateway.A, GENEROUS, List.of("drill", "plan"));
    assertThat(plan.out())
        .contains(
            "standby (in sync)", "take interface wan0 of gw-a down", "tunnels:   1 children up");
    Ran asks = drill(Gateway.A, GENEROUS, List.of("drill", "run", "--via", "true"));
    assertThat(asks.err()).contains("nothing was done");
    assertThat(hub.active()).isEqualTo(Gateway.A);

    Path evidence = dir.resolve("good");
    List<String> words = words(evidence, "branch/gcm", Topology.gcmHost(0));
    words.add("--capture");
    Ran ran = drill(Gateway.A, A_DRILL, words);

    assertThat(ran.status()).as(said(ran, evidence)).isZero();
    Map<String, String> verdicts = verdicts(evidence);
    assertThat(verdicts.values()).doesNotContain("failed");
    assertThat(verdicts)
        .containsEntry("control-plane.sa-reestablishment", "superseded by continuity")
        .containsEntry("data-plane.sa-reestablishment", "superseded by continuity")
        .containsEntry("failback.sa-reestablishment", "superseded by continuity")
        .containsEntry("control-plane.traffic", "met")
        .containsEntry("data-plane.routing", "met")
        .containsEntry("failback.symmetry", "met")
        .containsEntry("end", "met")
        .hasSize(21);
    assertThat(Files.readString(evidence.resolve("report.html")))
        .contains("every criterion holds", "Control-plane interruption", "10.2.0.100");
    assertThat(Files.size(evidence.resolve("capture.pcap"))).isPositive();
    assertThat(Files.readString(evidence.resolve("events.log"))).contains("takeover done");
    assertAsBefore();
  }

  @Test
  @Order(2)
  @Timeout(900)
  void anInterruptedDrillPutsEverythingBack() throws IOException {
    hub.awaitReady();
    Path evidence = dir.resolve("cut");
    Path log = dir.resolve("cut.log");
    Process drill = Shell.background(command(Gateway.A, words(evidence, Topology.gcmHost(0))), log);
    Waits.until(() -> ended(drill, log) || !wanIsUp(), A_DRILL, "the interface to be taken down");
    drill.destroy(); // SIGTERM
    Waits.until(() -> !drill.isAlive(), A_DRILL, "the end of the drill");
    assertThat(Files.readString(log)).contains("stopped: interrupted");
    assertThat(Files.readString(evidence.resolve("evidence.json"))).contains("\"interrupted\"");
    assertAsBefore();
  }

  private static boolean ended(Process drill, Path log) {
    if (!drill.isAlive()) {
      throw new AssertionError(text(log));
    }
    return false;
  }

  /** The host's route leads to gw-a, not to the virtual address. */
  @Test
  @Order(3)
  @Timeout(900)
  void aNetworkThatFollowsOneNodeFails() throws IOException {
    hub.awaitReady();
    Shell.script(
        "ip -n " + Topology.LAN_HUB + " route replace default via " + Gateway.A.lanAddress());
    Path evidence = dir.resolve("bad");
    List<String> words = words(evidence, Topology.gcmHost(0));
    words.addAll(List.of("--give-up", "20"));
    Ran ran = drill(Gateway.A, A_DRILL, words);

    assertThat(ran.status()).as(said(ran, evidence)).isEqualTo(1);
    Map<String, String> verdicts = verdicts(evidence);
    assertThat(verdicts)
        .containsEntry("control-plane.takeover", "met")
        .containsEntry("control-plane.traffic", "failed")
        .containsEntry("control-plane.sa-reestablishment", "failed")
        .containsEntry("control-plane.routing", "failed")
        .containsEntry("failback.symmetry", "failed")
        .containsEntry("end", "failed");
    assertThat(ran.out()).containsPattern("standby: lan0 received \\d+ octets");
    assertAsBefore();
    Ran again = drill(Gateway.A, GENEROUS, List.of("drill", "report", evidence.toString()));
    assertThat(again.status()).isEqualTo(1);
  }

  private static void assertAsBefore() {
    assertThat(hub.active()).isEqualTo(Gateway.A);
    assertThat(wanIsUp()).isTrue();
    assertThat(Shell.script("ip -n gw-a route show default")).contains("203.0.113.20");
  }

  private static boolean wanIsUp() {
    return Shell.script("ip -n gw-a -o link show wan0").contains(",UP");
  }

  private static List<String> words(Path evidence, String... targets) {
    List<String> words = new ArrayList<>(List.of("drill", "run"));
    words.addAll(List.of(targets));
    words.addAll(List.of("--via", "nsenter --net=/run/netns/" + Topology.LAN_HUB));
    words.addAll(List.of("--source", Topology.HUB_HOST, "--out", evidence.toString(), "--yes"));
    words.addAll(PATIENT);
    return words;
  }

  private static List<String> command(Gateway gw, List<String> words) {
    List<String> all = new ArrayList<>();
    all.add(tools.polluxctl());
    all.addAll(List.of("-s", dir.resolve(gw.name()).resolve("pollux.sock").toString()));
    all.addAll(words);
    return Shell.in(gw.name(), all);
  }

  private static Ran drill(Gateway gw, Duration limit, List<String> words) {
    return Commands.run(command(gw, words), "", Map.of(), limit);
  }

  private static Map<String, String> verdicts(Path evidence) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    Object report = Json.parse(Files.readString(evidence.resolve("report.json")));
    if (Json.get(report, "criteria") instanceof List<?> criteria) {
      criteria.forEach(
          c -> all.put(String.valueOf(Json.get(c, "id")), String.valueOf(Json.get(c, "verdict"))));
    }
    return all;
  }

  private static String said(Ran ran, Path evidence) {
    return Shell.said(ran) + "\n" + text(evidence.resolve("events.log"));
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
