package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.Capability;
import io.pollux.it.lab.Commands;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The OCI image under a real Docker engine: two containers make a pair, a third is their peer, ESP
 * is the kernel's. One story: each test begins where the one before it ended.
 */
@LabTest
@Tag("long")
@Timeout(1800) // the guest may have a small part of one processor
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ContainersLabTest {
  private static final Duration GENEROUS = Duration.ofSeconds(150);
  private static final String HUB_SIDE =
      """
      connections { branch {
        local  { address = 203.0.113.1, id = hub.example.org }
        remote { address = 203.0.113.20, id = branch.example.org }
        children { lan { local-ts = [10.1.0.1/32], remote-ts = [10.2.0.0/24], start = none } }
      } }
      """;
  private static final String BRANCH_SIDE =
      """
      node { name = branch }
      secrets = [secrets.conf]
      connections { hub {
        local  { address = 203.0.113.20, id = branch.example.org }
        remote { address = 203.0.113.1, id = hub.example.org }
        children { lan { local-ts = [10.2.0.0/24], remote-ts = [10.1.0.1/32], start = none } }
      } }
      """;

  @TempDir private static Path directory;
  private Engine engine;
  private String a;
  private String b;
  private String branch;
  private List<String> routes;

  @BeforeAll
  void start() throws Exception {
    assumeTrue(
        Commands.run("sh", "-c", "command -v dockerd").ok(), "no dockerd: ./dev package --test");
    engine = Engine.start(directory, Packages.image());
  }

  @AfterAll
  void end() {
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  @Order(1)
  void saysWhichCapabilityIsMissing() throws Exception {
    engine.configure("poor", Map.of("pollux.conf", BRANCH_SIDE, "secrets.conf", secrets("hub")));
    String poor =
        engine.run(
            "poor", "203.0.113.30", List.of(Capability.NET_RAW, Capability.NET_BIND_SERVICE));
    await(() -> Boolean.FALSE.equals(engine.state(poor).getRunning()), "its end", poor);
    assertThat(engine.log(poor))
        .contains("capabilities are missing: NET_ADMIN;")
        .contains("--cap-add");
    assertThat(engine.state(poor).getExitCodeLong()).isEqualTo(78);
  }

  @Test
  @Order(2)
  void twoContainersMakeAPairWithEsp() throws Exception {
    String ofA = identity("a");
    String ofB = identity("b");
    engine.configure(
        "a",
        Map.of("pollux.conf", half("a", "eth0", 11, 254, ofB), "secrets.conf", secrets("branch")));
    engine.configure(
        "b",
        Map.of(
            "pollux.conf",
            half("b", Engine.BRIDGE, 254, 11, ofA),
            "secrets.conf",
            secrets("branch")));
    engine.configure("branch", Map.of("pollux.conf", BRANCH_SIDE, "secrets.conf", secrets("hub")));
    a = engine.run("a", "203.0.113.11", Example.daemonSet());
    await(() -> role("a").equals("active"), "the first to be active", a);
    routes = routes();
    b = engine.run("b", null, Example.compose()); // with the network of the lab, its host
    branch = engine.run("branch", "203.0.113.20", Engine.ALL);
    await(() -> engine.ctl("branch", "status").ok(), "the branch", branch);
    engine.inNetwork(branch, "ip", "addr", "add", "10.2.0.1/24", "dev", "lo").orFail();
    engine.ctl("branch", "up", "hub").orFail();
    await(() -> engine.ctl("a", "ha", "status").ok(), "ready for a failover", a, b);
    ping();
    assertThat(engine.inNetwork(a, "ip", "xfrm", "state").orFail())
        .contains("proto esp")
        .contains("rfc4106(gcm(aes))");
    assertThat(packets(branch)).as("packets that ESP has carried").isPositive();
  }

  @Test
  @Order(3)
  void theHealthCheckAnswers() {
    await(
        () -> engine.health(a).equals("healthy") && engine.health(b).equals("healthy"),
        "health",
        a,
        b);
  }

  @Test
  @Order(4)
  void theControlSocketIsThereThroughTheVolume() {
    assertThat(engine.ctl("a", "status", "--json").orFail()).contains("\"");
    assertThat(engine.ctl("b", "ha", "status").out()).contains("standby");
  }

  @Test
  @Order(5)
  void theAddressMovesWhenOneIsKilled() {
    String spis = spis();
    assertThat(holdsVip(a)).isTrue();
    engine.kill(a);
    await(() -> holdsVip(b) && role("b").equals("active"), "the takeover", b);
    ping();
    assertThat(spis()).as("nothing was negotiated again").isEqualTo(spis);
  }

  @Test
  @Order(6)
  void comesBackAsStandbyAndAStopHandsOver() {
    engine.startAgain(a);
    await(
        () -> role("a").equals("standby") && engine.ctl("b", "ha", "status").ok(),
        "a pair again",
        a,
        b);
    String spis = spis();
    engine.stop(b);
    assertThat(engine.state(b).getExitCodeLong()).as(engine.log(b)).isZero();
    await(() -> holdsVip(a) && role("a").equals("active"), "the handover", a);
    ping();
    assertThat(spis()).as("nothing was negotiated again").isEqualTo(spis);
  }

  /** It ran in its host's network, which is still there. */
  @Test
  @Order(7)
  void theHostOfTheStoppedOneIsAsBeforeButForTheGate() {
    assertThat(Commands.run("ip", "xfrm", "state").orFail()).isEmpty();
    assertThat(
            Commands.run("ip", "xfrm", "policy").orFail().lines().filter(l -> l.contains("tmpl")))
        .as("policies that would use an SA")
        .isEmpty();
    assertThat(Commands.run("ip", "-o", "addr").orFail())
        .doesNotContain("203.0.113.1/32")
        .doesNotContain("10.1.0.1/32");
    assertThat(routes()).isEqualTo(routes);
    assertThat(Commands.run("ip", "rule").orFail())
        .as("nothing of its own speaks for the address while no daemon runs")
        .contains("from 203.0.113.1 blackhole");
  }

  @Test
  @Order(8)
  void aLoneOneTellsItsPeerThatItEnds() {
    engine.stop(branch);
    assertThat(engine.state(branch).getExitCodeLong()).as(engine.log(branch)).isZero();
    await(
        () ->
            engine.inNetwork(a, "ip", "xfrm", "state").out().isEmpty()
                && engine.ctl("a", "status").ok(),
        "the peer's deletion of what the branch has deleted",
        a,
        branch);
  }

  private String identity(String name) throws Exception {
    engine.configure(name, Map.of("pollux.conf", ""));
    Path etc = engine.etc(name);
    String out =
        Commands.run(
                System.getProperty("pollux.home") + "/bin/polluxd",
                "tool",
                "pki",
                "node-identity",
                "--out",
                etc + "/node.pem",
                "--name",
                name)
            .orFail();
    Files.delete(etc.resolve("pollux.conf"));
    return out.substring(out.indexOf("sha256:")).split("\\s")[0];
  }

  private static String secrets(String who) {
    return "psk { \"" + who + ".example.org\" = \"only for this test\" }\n";
  }

  private static String half(String name, String device, int own, int peer, String fingerprint) {
    return """
        node { name = %1$s }
        secrets = [secrets.conf]
        ha {
          rekey-after-takeover = off
          link { local = 203.0.113.%2$d, peer = 203.0.113.%3$d, identity = node.pem, peer-fingerprint = "%4$s" }
          vrrp {
            priority = 100, advert-interval = 1s, preempt = false
            instances { outside { interface = %5$s, vrid = 51, source = 203.0.113.%2$d, peer = 203.0.113.%3$d,
              addresses = [203.0.113.1/32, 10.1.0.1/32] } }
          }
        }
        """
            .formatted(name, own, peer, fingerprint, device)
        + HUB_SIDE;
  }

  private String role(String name) {
    var found =
        Pattern.compile("\"role\" *: *\"([^\"]*)\"")
            .matcher(engine.ctl(name, "ha", "status", "--json").out());
    return found.find() ? found.group(1) : "";
  }

  private boolean holdsVip(String id) {
    return engine.inNetwork(id, "ip", "-o", "addr").out().contains("203.0.113.1/32");
  }

  /** Those of the host, and of all tables, that lead somewhere. */
  private static List<String> routes() {
    return Commands.run("ip", "route", "show", "table", "all")
        .orFail()
        .lines()
        .filter(route -> !route.startsWith("unreachable "))
        .filter(route -> !route.contains(" proto kernel ")) // of devices that come and go by Docker
        .map(String::strip)
        .toList();
  }

  private String spis() {
    return engine
        .inNetwork(branch, "ip", "xfrm", "state")
        .orFail()
        .lines()
        .filter(line -> line.contains("spi 0x"))
        .map(line -> line.replaceAll(".*spi (0x[0-9a-f]+).*", "$1"))
        .sorted()
        .toList()
        .toString();
  }

  private long packets(String id) {
    var found =
        Pattern.compile("(\\d+)\\(packets\\)")
            .matcher(engine.inNetwork(id, "ip", "-s", "xfrm", "state").orFail());
    long sum = 0;
    while (found.find()) {
      sum += Long.parseLong(found.group(1));
    }
    return sum;
  }

  private void ping() {
    await(
        () ->
            engine
                .inNetwork(branch, "ping", "-c", "1", "-W", "2", "-I", "10.2.0.1", "10.1.0.1")
                .ok(),
        "traffic through the tunnel",
        branch);
  }

  private void await(BooleanSupplier condition, String what, String... containers) {
    try {
      Waits.until(condition, GENEROUS, what);
    } catch (AssertionError late) {
      StringBuilder text = new StringBuilder(late.getMessage());
      for (String id : containers) {
        text.append("\n--- ").append(engine.log(id));
      }
      throw new AssertionError(text.toString(), late);
    }
  }
}
