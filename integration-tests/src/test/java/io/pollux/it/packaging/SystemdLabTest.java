package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.peer.PolluxDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
 * The life of the .deb on a Debian whose process 1 is systemd, with a tunnel: installed, started,
 * half of a pair, killed, upgraded, stopped, purged. One story: each test begins where the one
 * before it ended.
 *
 * <pre>
 *   a: machine with the package --- wan --- branch (10.2.0.1)
 *   b: the other half           ---/
 * </pre>
 */
@LabTest
@Tag("long")
@Timeout(1800) // the guest may have a small part of one processor
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SystemdLabTest {
  private static final String CONNECTION =
      """
      connections {
        branch {
          local  { address = 203.0.113.1, id = hub.example.org }
          remote { address = 203.0.113.20, id = branch.example.org }
          children { lan { local-ts = [10.1.0.1/32], remote-ts = [10.2.0.0/24], start = none } }
        }
      }
      """;
  private static final String BRANCH =
      """
      connections {
        hub {
          local  { address = 203.0.113.20, id = branch.example.org }
          remote { address = 203.0.113.1, id = hub.example.org }
          children { lan { local-ts = [10.2.0.0/24], remote-ts = [10.1.0.1/32], start = none } }
        }
      }
      """;
  private static final Map<String, String> SECRETS =
      Map.of("branch.example.org", "only for this test");

  @TempDir private static Path directory;
  private Namespaces namespaces;
  private Machine machine;
  private FollowedRole followed;
  private PolluxDaemon other;
  private PolluxDaemon branch;
  private String before;

  @BeforeAll
  void boot() throws Exception {
    Path base = Packages.root();
    namespaces = Namespaces.of("a", "b", "wan", "branch");
    namespaces.bridge("wan", "br0");
    int number = 11;
    for (String node : new String[] {"a", "b", "branch"}) {
      namespaces.veth(new Namespaces.End(node, "wan0"), new Namespaces.End("wan", "to-" + node));
      namespaces.ip("wan", "link set to-" + node + " master br0");
      String address = node.equals("branch") ? "203.0.113.20" : "203.0.113." + number++;
      namespaces.ip(node, "addr add " + address + "/24 dev wan0");
    }
    namespaces.veth(new Namespaces.End("a", "link0"), new Namespaces.End("b", "link0"));
    namespaces.ip("a", "addr add 10.99.0.1/30 dev link0", "route add 10.2.0.0/24 dev wan0");
    namespaces.ip("b", "addr add 10.99.0.2/30 dev link0", "route add 10.2.0.0/24 dev wan0");
    namespaces.ip(
        "branch", "addr add 10.2.0.1/24 dev lo", "route add 10.1.0.0/24 dev wan0 src 10.2.0.1");
    machine = Machine.boot(namespaces, "a", base, directory);
  }

  @AfterAll
  void end() {
    for (AutoCloseable part : new AutoCloseable[] {machine, other, branch, namespaces}) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (Exception e) {
        System.err.println("closing: " + e);
      }
    }
  }

  @Test
  @Order(1)
  void processOneIsSystemd() {
    assertThat(machine.run("cat", "/proc/1/comm").orFail().strip()).isEqualTo("systemd");
    // A guest with one slow processor that others use as well.
    machine.shell("mkdir -p /etc/systemd/system/pollux.service.d").orFail();
    machine.write(
        "/etc/systemd/system/pollux.service.d/slow.conf",
        "[Service]\nTimeoutStartSec=300\nWatchdogSec=120\n");
    before = files();
  }

  @Test
  @Order(2)
  void installsWithoutStarting() {
    machine.copy(Packages.deb(), "/root/pollux.deb");
    machine.run("dpkg", "-i", "/root/pollux.deb").orFail();
    assertThat(machine.run("dpkg", "--verify", "pollux").orFail()).isEmpty();
    assertThat(machine.property("pollux", "ActiveState")).isEqualTo("inactive");
    assertThat(machine.property("pollux", "LoadState")).isEqualTo("loaded");
    assertThat(machine.run("polluxctl", "status").status()).isEqualTo(69);
    machine.run("polluxctl", "check").orFail();
    machine
        .run("systemd-analyze", "verify", "--man=no", "pollux.service", "pollux-boot-fence.service")
        .orFail();
  }

  @Test
  @Order(3)
  void isReadyWhenStartReturns() {
    Ran started = machine.run("systemctl", "enable", "--now", "pollux");
    assertThat(started.ok()).as("%s%s", started.err(), machine.journal()).isTrue();
    assertThat(machine.property("pollux", "ActiveState")).isEqualTo("active");
    assertThat(machine.property("pollux", "StatusText")).isEqualTo("active (no pair)");
    assertThat(machine.property("pollux", "WatchdogTimestampMonotonic")).isNotEqualTo("0");
    machine.run("polluxctl", "status").orFail();
  }

  @Test
  @Order(4)
  void membersOfItsGroupsMayAsk() {
    machine
        .shell("useradd -G pollux op && useradd -G pollux-monitor watch && useradd other")
        .orFail();
    machine.run("runuser", "-u", "op", "--", "polluxctl", "log", "level", "info").orFail();
    machine.run("runuser", "-u", "watch", "--", "polluxctl", "status").orFail();
    assertThat(
            machine
                .run("runuser", "-u", "watch", "--", "polluxctl", "log", "level", "info")
                .status())
        .isEqualTo(77);
    assertThat(machine.run("runuser", "-u", "other", "--", "polluxctl", "status").status())
        .isEqualTo(77);
  }

  @Test
  @Order(5)
  void theEngineHasThreeCapabilitiesAndNothingMore() {
    String status = machine.run("cat", "/proc/" + engine() + "/status").orFail();
    String uid = machine.run("id", "-u", "pollux").orFail().strip();
    assertThat(status).containsPattern("Uid:\\s" + uid + "\\s" + uid + "\\s" + uid);
    for (String set : new String[] {"CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
      assertThat(status).containsPattern(set + ":\\s0000000000003400");
    }
    assertThat(status).containsPattern("NoNewPrivs:\\s1").containsPattern("Seccomp:\\s2");
    String maps = machine.run("cat", "/proc/" + engine() + "/maps").out();
    assertThat(maps).contains("/usr/lib/pollux/lib/pollux.aot").doesNotContain(" /tmp/");
    assertThat(machine.run("ls", "-A", "/tmp", "/var/lib/pollux").out()).doesNotContain(".so");
  }

  @Test
  @Order(6)
  void aKilledEngineIsStartedAgainByItsGuard() {
    String guard = machine.property("pollux", "MainPID");
    String engine = engine();
    machine.shell("kill -9 " + engine).orFail();
    machine.await(() -> !engine().equals(engine) && answers(), "another engine");
    assertThat(machine.property("pollux", "MainPID")).isEqualTo(guard);
    assertThat(machine.property("pollux", "NRestarts")).isEqualTo("0");
  }

  @Test
  @Order(7)
  void aWrongConfigurationIsSaidAndNotTriedAgain() {
    machine
        .shell(
            "cp /etc/pollux/pollux.conf /root/good && echo 'nodes { }' >>/etc/pollux/pollux.conf")
        .orFail();
    assertThat(machine.run("systemctl", "restart", "pollux").ok()).isFalse();
    assertThat(machine.property("pollux", "ExecMainStatus")).isEqualTo("78");
    assertThat(machine.property("pollux", "NRestarts")).isEqualTo("0");
    assertThat(machine.journal()).contains("pollux.conf").contains("nodes");
    machine
        .shell("cp /root/good /etc/pollux/pollux.conf && systemctl reset-failed pollux")
        .orFail();
  }

  @Test
  @Order(8)
  void becomesHalfOfAPairThatCarriesTraffic() throws Exception {
    String ofA =
        fingerprint(
            machine.run(
                "polluxctl",
                "pki",
                "node-identity",
                "--out",
                "/etc/pollux/node.pem",
                "--name",
                "a"));
    Path dirB = Files.createDirectories(directory.resolve("b"));
    String ofB =
        fingerprint(
            Commands.run(
                System.getProperty("pollux.home") + "/bin/polluxd",
                "tool",
                "pki",
                "node-identity",
                "--out",
                dirB + "/node.pem",
                "--name",
                "b"));
    machine
        .shell(
            "chown pollux: /etc/pollux/node.pem && install -m 600 -o pollux -g pollux /dev/null /etc/pollux/secrets.conf")
        .orFail();
    machine.write(
        "/etc/pollux/secrets.conf", "psk { \"branch.example.org\" = \"only for this test\" }\n");
    machine.write(
        "/etc/pollux/pollux.conf",
        "node { name = a }\nsecrets = [secrets.conf]\n"
            + ha(1, 2, "/etc/pollux/node.pem", ofB, 150)
            + FollowedRole.CONFIGURATION
            + CONNECTION);
    followed = new FollowedRole(machine);
    followed.install();
    machine.run("polluxctl", "check").orFail();
    machine.run("systemctl", "start", "pollux").orFail();
    machine.await(() -> role().equals("active"), "the first to be active");
    other =
        PolluxDaemon.start(
            namespaces, "b", dirB, ha(2, 1, dirB + "/node.pem", ofA, 100) + CONNECTION, SECRETS);
    branch =
        PolluxDaemon.start(
            namespaces,
            "branch",
            directory.resolve("branch"),
            BRANCH,
            Map.of("hub.example.org", "only for this test"));
    branch.ctl("up", "hub").orFail();
    machine.await(() -> machine.run("polluxctl", "ha", "status").ok(), "ready for a failover");
    assertThat(machine.property("pollux", "StatusText")).startsWith("active");
    followed.await(FollowedRole.ACTIVE);
    ping();
  }

  @Test
  @Order(9)
  void aGuardThatIsKilledIsFencedByTheUnit() {
    String spis = spis();
    machine.shell("kill -9 " + machine.property("pollux", "MainPID")).orFail();
    machine.await(() -> otherRole().equals("active"), "the other node to take over");
    machine.await(
        () -> machine.journal().contains("fenced from /run/pollux/fence.bin"),
        "the fence of ExecStopPost");
    assertThat(machine.run("ip", "addr", "show", "dev", "wan0").out())
        .doesNotContain("203.0.113.1/32");
    ping();
    assertThat(spis()).as("nothing was negotiated again").isEqualTo(spis);
    machine.await(
        () -> machine.property("pollux", "NRestarts").equals("1") && role().equals("standby"),
        "the unit's restart");
    assertThat(machine.run("ip", "rule").out()).contains("from 203.0.113.1 blackhole");
  }

  @Test
  @Order(10)
  void anUpgradeOfTheActiveNodeKeepsTheTunnels() {
    machine.await(() -> otherReady(), "the pair to be ready");
    String ike = ikeSpis(other.ctl("sas", "--json"));
    other.ctl("ha", "switchover", "--yes").orFail();
    machine.await(
        () -> role().equals("active") && machine.run("polluxctl", "ha", "status").ok(),
        "the package's node to be active");
    String engine = engine();
    machine.shell("echo '# by the operator' >>/etc/pollux/pollux.conf").orFail();
    Ran upgraded = machine.run("dpkg", "-i", "--force-confold", "/root/pollux.deb");
    assertThat(upgraded.ok()).as(upgraded.err()).isTrue();
    assertThat(upgraded.err()).contains("restarting, which hands over first");
    assertThat(engine()).isNotEqualTo(engine);
    machine.await(() -> role().equals("standby") && otherRole().equals("active"), "the handover");
    followed.await(FollowedRole.STANDBY);
    assertThat(followed.users()).as("root alone").isEqualTo("0");
    ping();
    // The Child SA may be replaced: two reigns have stepped its numbers forward.
    machine.await(() -> other.ctl("sas").out().contains("branch"), "its list of SAs");
    assertThat(ikeSpis(other.ctl("sas", "--json"))).as("the IKE SA of before").isEqualTo(ike);
    assertThat(machine.run("tail", "-n", "1", "/etc/pollux/pollux.conf").out())
        .contains("by the operator");
  }

  @Test
  @Order(11)
  void aStopHandsOverAndLeavesTheGateClosed() {
    machine.await(() -> otherReady(), "the pair to be ready");
    other.ctl("ha", "switchover", "--yes").orFail();
    machine.await(() -> role().equals("active"), "the package's node to be active");
    machine.run("systemctl", "stop", "pollux").orFail();
    assertThat(machine.property("pollux", "Result")).isEqualTo("success");
    assertThat(machine.run("ip", "addr", "show", "dev", "wan0").out())
        .doesNotContain("203.0.113.1/32");
    assertThat(machine.run("ip", "rule").out()).contains("from 203.0.113.1 blackhole");
    machine.await(() -> otherRole().equals("active"), "the other node to be active");
    ping();
  }

  @Test
  @Order(12)
  void theBootFenceIsReadBeforeTheDaemonRuns() {
    machine.run("systemctl", "enable", "pollux-boot-fence").orFail();
    machine.shell("while ip rule del from 203.0.113.1 blackhole 2>/dev/null; do :; done").orFail();
    assertThat(machine.run("ip", "rule").out()).doesNotContain("203.0.113.1 blackhole");
    machine.run("systemctl", "start", "pollux-boot-fence").orFail();
    assertThat(machine.run("ip", "rule").out()).contains("from 203.0.113.1 blackhole");
    assertThat(machine.property("pollux-boot-fence", "Result")).isEqualTo("success");
    assertThat(machine.property("pollux-boot-fence", "Before")).contains("network-pre.target");
  }

  @Test
  @Order(13)
  void purgeLeavesNothing() {
    machine.run("systemctl", "start", "pollux").orFail();
    machine.run("userdel", "op").orFail();
    machine.shell("userdel watch; userdel other; rm -f /root/good /root/pollux.deb").orFail();
    machine.run("dpkg", "-r", "pollux").orFail();
    followed.remove();
    assertThat(machine.property("pollux", "LoadState")).isEqualTo("not-found");
    assertThat(machine.shell("test -e /etc/pollux/pollux.conf && test -d /var/lib/pollux").ok())
        .isTrue();
    machine.run("dpkg", "-P", "pollux").orFail();
    assertThat(machine.run("getent", "passwd", "pollux").ok()).isFalse();
    assertThat(machine.run("getent", "group", "pollux-monitor").ok()).isFalse();
    assertThat(files()).isEqualTo(before);
    assertThat(machine.run("ip", "rule").orFail())
        .doesNotContain("blackhole")
        .doesNotContain("4500");
    assertThat(machine.run("ip", "route", "show", "table", "all").orFail())
        .doesNotContain("unreachable 10.2.0.0/24 table 4500");
  }

  private String files() {
    return machine
        .shell(
            "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log"
                + " -o -path /var/lib/dpkg -o -path /var/cache -o -path /var/lib/systemd -o -path /mnt -o -path '/etc/*-' \\) -prune"
                + " -o -print | sort")
        .orFail();
  }

  private static String ha(int own, int peer, String identity, String fingerprint, int priority) {
    return """
        ha {
          rekey-after-takeover = off
          link { local = 10.99.0.%1$d, peer = 10.99.0.%2$d, identity = "%3$s", peer-fingerprint = "%4$s" }
          vrrp {
            priority = %5$d, advert-interval = 1s, preempt = false
            instances { outside { interface = wan0, vrid = 51, source = 203.0.113.1%1$d, peer = 203.0.113.1%2$d,
              addresses = [203.0.113.1/32, 10.1.0.1/32] } }
          }
        }
        """
        .formatted(own, peer, identity, fingerprint, priority);
  }

  private static String fingerprint(Ran ran) {
    String out = ran.orFail();
    return out.substring(out.indexOf("sha256:")).split("\\s")[0];
  }

  private String engine() {
    String guard = machine.property("pollux", "MainPID");
    return machine.shell("cat /proc/" + guard + "/task/" + guard + "/children").out().strip();
  }

  private boolean answers() {
    return machine.run("polluxctl", "status").ok();
  }

  private static String role(String json) {
    var found = java.util.regex.Pattern.compile("\"role\" *: *\"([^\"]*)\"").matcher(json);
    return found.find() ? found.group(1) : "";
  }

  private String role() {
    return role(machine.run("polluxctl", "ha", "status", "--json").out());
  }

  private String otherRole() {
    return role(other.ctl("ha", "status", "--json").out());
  }

  private boolean otherReady() {
    return other.ctl("ha", "status").ok() && otherRole().equals("active");
  }

  /** The IKE SA as a node tells it. */
  private static String ikeSpis(Ran sas) {
    String spis =
        Pattern.compile("\"(?:initiator|responder)Spi\" *: *\"([0-9a-f]+)\"")
            .matcher(sas.orFail())
            .results()
            .map(m -> m.group(1))
            .collect(Collectors.joining(" "));
    assertThat(spis).as(sas.out()).hasSize(33); // one IKE SA
    return spis;
  }

  /** Those of the branch's SAs, which a negotiation would change. */
  private String spis() {
    return namespaces
        .run("branch", "ip", "xfrm", "state")
        .orFail()
        .lines()
        .filter(line -> line.contains("spi"))
        .map(line -> line.replaceAll(".*spi (0x[0-9a-f]+).*", "$1"))
        .sorted()
        .toList()
        .toString();
  }

  private void ping() {
    machine.await(
        () ->
            namespaces
                .run("branch", "ping", "-c", "1", "-W", "2", "-I", "10.2.0.1", "10.1.0.1")
                .ok(),
        "traffic through the tunnel");
  }
}
