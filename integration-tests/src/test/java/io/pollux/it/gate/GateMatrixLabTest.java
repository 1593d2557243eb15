package io.pollux.it.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A closed node sends no ESP, no IKE and nothing in the clear: IPv4 and IPv6, policy tunnels, VTI
 * and XFRM interfaces, under traffic that tempts both nodes all the time. The tests follow each
 * other on one pair.
 */
@LabTest
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GateMatrixLabTest {
  private static final List<Tunnel> ALL =
      List.of(
          Tunnel.v4("policy", "none", 0),
          Tunnel.v4("vti", "vti", 1),
          Tunnel.v4("own", "own", 2),
          Tunnel.v6("policy6", "none", 0),
          Tunnel.v6("vti6", "vti", 1),
          Tunnel.v6("own6", "own", 2));
  private static final Duration LONG = Duration.ofSeconds(180);
  private Site site;

  @BeforeAll
  void build() {
    site = new Site(ALL);
    site.start("");
    site.traffic();
  }

  @AfterAll
  void close() {
    site.close();
  }

  private static void watch(int seconds) {
    LockSupport.parkNanos(seconds * 1_000_000_000L);
  }

  /** The captured node has sent before, so an empty list is not an empty capture. */
  private void sends(WanView wan, Node node) {
    Waits.until(
        () ->
            ALL.stream()
                .allMatch(
                    t ->
                        wan.all().stream()
                            .anyMatch(
                                s ->
                                    s.mac().equals(Site.mac(node))
                                        && s.esp()
                                        && s.text().contains("> " + t.peer() + ":"))),
        LONG,
        "ESP of every tunnel from " + node.name() + "\n" + site.a.log() + site.b.log());
  }

  @Test
  @Order(1)
  void standbyWithoutTheVip() {
    Node standby = site.other(site.active());
    try (WanView wan = WanView.start(site, "absent")) {
      sends(wan, site.active());
      watch(3);
      assertThat(wan.from(standby, 0)).isEmpty();
      assertThat(wan.clearText()).isEmpty();
    }
  }

  /** The address alone does not open the gate, and neither does a default route in main. */
  @Test
  @Order(2)
  void standbyWithTheVipPresent() {
    Node standby = site.other(site.active());
    String ns = standby.name();
    // On loopback, unanswered for in ARP and NDP: the peer's packets still go to the active node.
    site.net.sysctl(ns, "net.ipv4.conf.all.arp_ignore=1");
    site.net.ip(ns, "addr add " + Site.VIP + "/32 dev lo", "addr add " + Site.VIP6 + "/128 dev lo");
    try (WanView wan = WanView.start(site, "present")) {
      sends(wan, site.active());
      site.net.run(
          ns, "ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", "-I", Site.VIP, "203.0.113.20");
      watch(2);
      assertThat(wan.from(standby, 0)).isEmpty();
      assertThat(
              wan.all().stream()
                  .filter(
                      s ->
                          s.mac().equals(Site.mac(standby))
                              && s.text().startsWith(Site.VIP + " >")))
          .isEmpty();
      assertThat(wan.clearText()).isEmpty();
    }
    site.net.ip(ns, "addr del " + Site.VIP + "/32 dev lo", "addr del " + Site.VIP6 + "/128 dev lo");
  }

  /** Else two standbys whose neighbours name each other pass it to and fro until its TTL is 0. */
  @Test
  @Order(2)
  void whatIsMeantForAVipIsNotPassedOn() {
    Node standby = site.other(site.active());
    String to = " lladdr " + Site.mac(standby) + " dev wan0 nud permanent";
    try (WanView wan = WanView.start(site, "transit")) {
      sends(wan, site.active());
      long before = received(standby);
      site.net.ip("branch", "neigh replace " + Site.VIP + to, "neigh replace " + Site.VIP6 + to);
      Waits.until(() -> received(standby) > before + 100, LONG, "the peer's packets");
      assertThat(wan.from(standby, 0)).isEmpty();
    }
    site.net.ip(
        "branch", "neigh del " + Site.VIP + " dev wan0", "neigh del " + Site.VIP6 + " dev wan0");
    site.awaitReady();
  }

  private long received(Node node) {
    String file = "/sys/class/net/wan0/statistics/rx_packets";
    return Long.parseLong(site.net.run(node.name(), "cat", file).orFail().strip());
  }

  @Test
  @Order(3)
  void closesUnderRunningTraffic() {
    Node old = site.active();
    Node heir = site.other(old);
    try (WanView wan = WanView.start(site, "switchover")) {
      sends(wan, old);
      old.ctl("ha", "switchover", "--yes").orFail();
      sends(wan, heir);
      long first =
          wan.from(heir, 0).stream().filter(WanView.Seen::esp).findFirst().orElseThrow().atNs();
      assertThat(wan.from(old, first)).isEmpty();
      assertThat(wan.clearText()).isEmpty();
      site.awaitReady();
    }
  }

  @Test
  @Order(4)
  void deadJvmIsFencedByItsGuard() {
    Node old = site.active();
    try (WanView wan = WanView.start(site, "jvm")) {
      sends(wan, old);
      Node.signal("KILL", old.jvmPid());
      fenced(wan, old);
    }
  }

  /** The guard starts the engine again by itself; it must come up closed. */
  private void fenced(WanView wan, Node old) {
    Node heir = site.other(old);
    sends(wan, heir);
    long first =
        wan.from(heir, 0).stream().filter(WanView.Seen::esp).findFirst().orElseThrow().atNs();
    site.awaitReady();
    watch(1);
    assertThat(wan.from(old, first)).isEmpty();
    assertThat(wan.clearText()).isEmpty();
  }

  @Test
  @Order(5)
  void pausedJvmIsFencedByItsGuard() {
    Node old = site.active();
    try (WanView wan = WanView.start(site, "pause")) {
      sends(wan, old);
      long pid = old.jvmPid();
      Node.signal("STOP", pid);
      fenced(wan, old);
    }
  }

  /**
   * The memory of guard and engine together runs out, as under a service manager's limit: the
   * kernel takes the engine, never the guard.
   */
  @Test
  @Order(5)
  void engineKilledForMemoryIsFencedByItsGuard() {
    Node heir = site.other(site.active());
    String group = "/sys/fs/cgroup/node";
    Commands.run(
            "sh",
            "-ec",
            "echo +memory >/sys/fs/cgroup/cgroup.subtree_control; mkdir -p %1$s; echo %2$d >%1$s/cgroup.procs"
                .formatted(group, heir.guardPid()))
        .orFail();
    Node.signal("KILL", heir.jvmPid()); // the next one's memory is counted there from its start on
    site.awaitReady();
    site.active().ctl("ha", "switchover", "--yes").orFail();
    site.awaitReady();
    assertThat(site.active()).isSameAs(heir);
    try (WanView wan = WanView.start(site, "oom")) {
      sends(wan, heir);
      String events =
          Commands.run(
                  "sh",
                  "-ec",
                  "cd %s; echo 16M >memory.max; until grep -q 'oom_kill [1-9]' memory.events; do sleep 0.02; done; echo max >memory.max; cat memory.events"
                      .formatted(group))
              .orFail();
      System.out.println("      " + events.strip().replace("\n", ", "));
      fenced(wan, heir);
      assertThat(heir.alive()).as("the guard").isTrue();
    }
  }

  /**
   * Nobody is left to fence until the service manager runs ExecStopPost: the window in which the
   * dead node may still send is shown, and closed by that command.
   */
  @Test
  @Order(6)
  void deadGuardIsFencedByExecStopPost() {
    Node old = site.active();
    try (WanView wan = WanView.start(site, "guard")) {
      sends(wan, old);
      Node.signal("KILL", old.guardPid());
      old.awaitEnd();
      stopPost(wan, old, "the guard");
    }
  }

  @Test
  @Order(7)
  void deadGuardAndJvmAreFencedByExecStopPost() {
    Node old = site.active();
    try (WanView wan = WanView.start(site, "both")) {
      sends(wan, old);
      Node.signal("KILL", old.jvmPid(), old.guardPid());
      old.awaitEnd();
      stopPost(wan, old, "guard and JVM");
    }
  }

  private void stopPost(WanView wan, Node old, String killed) {
    long died = WanView.now();
    Ran ran = old.fence();
    assertThat(ran.ok()).as(ran.out() + ran.err()).isTrue();
    long fenced = WanView.now();
    Node heir = site.other(old);
    heir.await("active");
    sends(wan, heir);
    watch(1);
    System.out.printf(
        "      SIGKILL of %s: ExecStopPost done %d ms later; %d ESP packets meanwhile%n",
        killed, (fenced - died) / 1_000_000, wan.from(old, died).size());
    assertThat(wan.from(old, fenced)).isEmpty();
    assertThat(wan.clearText()).isEmpty();
    // Without ExecStopPost, what a kernel that nobody fences goes on doing, is what is left open.
    old.start();
    site.awaitReady();
    assertThat(wan.from(old, fenced)).isEmpty();
  }

  /** A kernel with everything open and nobody in charge: the daemon closes it before all else. */
  @Test
  @Order(8)
  void daemonStartClosesWhatADeadOneLeftOpen() {
    Node old = site.active();
    try (WanView wan = WanView.start(site, "start")) {
      Node.signal("KILL", old.guardPid());
      old.awaitEnd();
      site.other(old).await("active");
      watch(1);
      long unfenced = wan.from(old, WanView.now() - 1_000_000_000L).size();
      System.out.printf(
          "      SIGKILL of the guard and no ExecStopPost: %d packets in the last second%n",
          unfenced);
      old.start();
      old.await("standby");
      long closed = WanView.now();
      watch(2);
      sends(wan, site.other(old));
      assertThat(wan.from(old, closed)).isEmpty();
      assertThat(wan.clearText()).isEmpty();
      site.awaitReady();
    }
  }

  /** What the packaged oneshot does before the network is there, in a namespace just booted. */
  @Test
  @Order(9)
  void bootFenceHoldsWithoutADaemon() {
    Node standby = site.other(site.active());
    Node.signal("KILL", standby.guardPid());
    standby.awaitEnd();
    String ns = standby.name();
    String undo =
        "ip rule del pref 1; ip rule del pref 2; ip -6 rule del pref 1; ip -6 rule del pref 2";
    site.net.run(
        ns, "sh", "-c", undo + "; ip route flush table 4500; ip -6 route flush table 4500");
    site.net.ip(ns, "xfrm policy flush", "xfrm state flush", "route flush table main proto 112");
    try (WanView wan = WanView.start(site, "boot")) {
      Waits.until(
          () -> !wan.clearText().isEmpty(), LONG, "clear text of a gateway without a fence");
      site.net.run(ns, "ip", "-force", "-batch", standby.dir() + "/state/boot-fence.ip");
      site.net.run(ns, "ip", "-6", "-force", "-batch", standby.dir() + "/state/boot-fence.ip6");
      long fenced = WanView.now();
      watch(2);
      assertThat(wan.clearText().stream().filter(s -> s.atNs() > fenced)).isEmpty();
      standby.start();
      site.awaitReady();
      assertThat(wan.clearText().stream().filter(s -> s.atNs() > fenced)).isEmpty();
    }
  }
}
