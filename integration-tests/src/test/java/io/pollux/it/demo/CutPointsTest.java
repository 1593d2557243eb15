package io.pollux.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import io.pollux.it.peer.RawReport;
import io.pollux.it.verdict.IkeTape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A power loss with an exchange of each kind in work, strongSwan as the peer: the network holds one
 * datagram of each back, the active gateway dies, and the other one finishes all of them with the
 * same octets. Nothing is negotiated anew.
 */
@LabTest
@Tag("long")
class CutPointsTest {
  private static final Duration GENEROUS = Duration.ofSeconds(200);
  private static final int IKE_SA_INIT = 34;
  private static final List<CutPoint> POINTS = List.of(CutPoint.values());

  @TempDir Path dir;
  private io.pollux.it.peer.StrongSwan peer;
  private PolluxHub hub;

  @Test
  @Timeout(900)
  void theOtherNodeFinishesEveryExchange() throws IOException {
    Topology.destroy();
    Topology topology = new Topology(POINTS.size());
    topology.build();
    Site site = new NamespaceSite(topology, Path.of("-"));
    Tools tools =
        new Tools(
            Path.of("-"), Path.of(System.getProperty("pollux.home", "packaging/target/pollux")));
    Path capture = dir.resolve("wan.pcap");
    Process tcpdump = null;
    PolluxConfig config = new PolluxConfig(POINTS.size(), 10_000, "auto", false);
    hub = new PolluxHub(dir, tools, site, config, CutPointsTest::patient);
    try {
      peer =
          io.pollux.it.peer.StrongSwan.start(
              Namespaces.existing(Topology.BRANCH), Topology.BRANCH, dir.resolve("s"), swanctl());
      hub.start();
      prepare();
      hub.awaitReady();
      assertThat(hub.active()).isEqualTo(Gateway.A);
      tcpdump = capture(capture);
      HeldBack held = new HeldBack(Gateway.A);
      held.start(POINTS);
      POINTS.forEach(this::begin);
      for (CutPoint p : POINTS) {
        await(() -> held.holds(p), "the network holds a datagram of " + p);
      }
      // Held back there is one thing; that the standby knows what it says is another.
      long cut = powerLoss(Gateway.A);
      await(() -> hub.isActive(Gateway.B), "the takeover");
      for (CutPoint p : POINTS) {
        await(() -> agreed(p), "both sides agree after " + p);
      }
      SoftAssertions all = new SoftAssertions();
      POINTS.forEach(p -> pings(p, all));
      tcpdump.destroy();
      Process ended = tcpdump;
      await(() -> !ended.isAlive(), "the end of tcpdump");
      judge(IkeTape.read(capture), cut, all);
      all.assertAll();
    } catch (AssertionError | DemoFailure e) {
      throw new AssertionError(e.getMessage() + logs(), e);
    } finally {
      if (tcpdump != null) {
        tcpdump.destroyForcibly();
      }
      hub.stop();
      if (peer != null) {
        peer.close();
      }
      Topology.destroy();
    }
  }

  /** What is tested here is order, not speed: nothing gives up because the machine is busy. */
  static String patient(String conf) {
    String slow =
        conf.replace("port = 4510,", "port = 4510, heartbeat = 1s, timeout = 30s,")
            .replace("counters { poll = 100ms }", "counters { poll = 1s }, barrier = 10s");
    assertThat(slow).contains("timeout = 30s").contains("barrier = 10s");
    return slow;
  }

  static void await(java.util.function.BooleanSupplier condition, String what) {
    Waits.until(condition, GENEROUS, what);
  }

  /** As the demo's, and the tunnel of the liveness check asks every two seconds. */
  private static String swanctl() {
    String all = new StrongSwan(null, Path.of("-"), POINTS.size()).swanctlConf();
    int at = all.indexOf("hub" + CutPoint.LIVENESS_BY_PEER.tunnel() + " {");
    String conf =
        all.substring(0, at) + all.substring(at).replaceFirst("dpd_delay = 0", "dpd_delay = 2s");
    assertThat(conf).contains("dpd_delay = 2s");
    return conf;
  }

  private void prepare() {
    for (CutPoint p : POINTS) {
      for (String child : List.of("gcm", "cbc").subList(0, p.childrenBefore())) {
        peer.initiate(child + p.tunnel()).orFail();
      }
    }
  }

  /** Nobody waits for the outcome: the gateway that is asked will not live to tell it. */
  private void begin(CutPoint p) {
    int n = p.tunnel();
    PolluxNode active = hub.node(Gateway.A);
    String connection = Names.connection(n);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              switch (p.act) {
                case AUTH -> {
                  if (p.byUs) {
                    active.ask("up", connection, "gcm");
                  } else {
                    peer.initiate("gcm" + n);
                  }
                }
                case NEW_CHILD -> {
                  if (p.byUs) {
                    active.ask("up", connection, "cbc");
                  } else {
                    peer.initiate("cbc" + n);
                  }
                }
                case REKEY_CHILD -> {
                  if (p.byUs) {
                    active.ask("rekey", connection, "gcm");
                  } else {
                    peer.swanctl("--rekey", "--child", "gcm" + n);
                  }
                }
                case REKEY_IKE -> {
                  if (p.byUs) {
                    active.ask("rekey", connection, "--ike");
                  } else {
                    peer.swanctl("--rekey", "--ike", "hub" + n);
                  }
                }
                case DELETE -> {
                  if (p.byUs) {
                    active.ask("down", connection, "cbc", "--yes");
                  } else {
                    peer.swanctl("--terminate", "--child", "cbc" + n);
                  }
                }
                case LIVENESS -> {} // comes by itself
              }
            });
  }

  static Process capture(Path file) {
    return capture(file, "udp port 500 or udp port 4500");
  }

  static Process capture(Path file, String filter) {
    Path log = file.resolveSibling("tcpdump.txt");
    Process tcpdump =
        Shell.background(
            Shell.in(
                Topology.WAN,
                List.of(
                    "tcpdump",
                    "-i",
                    "br0",
                    "-n",
                    "-U",
                    "-s",
                    "0",
                    "-Z",
                    "root",
                    "-w",
                    file.toString(),
                    filter)),
            log);
    await(() -> read(log).contains("listening on"), "tcpdump listens");
    return tcpdump;
  }

  /** Its processes freeze, its links go dark at both ends, its processes die. */
  static long powerLoss(Gateway gw) {
    long now = System.currentTimeMillis() * 1_000_000;
    StringBuilder s = new StringBuilder();
    s.append("pids=$(ip netns pids %s)\nkill -STOP $pids\n".formatted(gw.name()));
    for (String port :
        List.of(
            Topology.WAN + " " + gw.name(),
            Topology.HUB_SWITCH + " " + gw.name(),
            Topology.LINK_SWITCH + " " + gw.name(),
            Topology.LINK_SWITCH + " " + gw.other().name())) {
      String[] at = port.split(" ");
      s.append("ip -n %s link set %s down\n".formatted(at[0], at[1]));
    }
    Shell.script(s.append("kill -KILL $pids\n").toString());
    return now;
  }

  /** One IKE SA, the same Child SAs on both sides, as many as there should be. */
  private boolean agreed(CutPoint p) {
    List<RawReport> ike =
        peer.sas().stream()
            .map(event -> event.section("hub" + p.tunnel()))
            .filter(sa -> !sa.values().isEmpty())
            .toList();
    if (ike.size() != 1) {
      return false;
    }
    Set<String> theirs = new TreeSet<>();
    for (RawReport child : ike.getFirst().section("child-sas").sections().values()) {
      theirs.add(
          child.value("state").orElse("")
              + " "
              + child.value("spi-out").orElse("")
              + " "
              + child.value("spi-in").orElse(""));
    }
    Set<String> ours = new TreeSet<>();
    Object sas =
        Json.get(hub.node(Gateway.B).ask("sas", Names.connection(p.tunnel()), "--json"), "ikeSas");
    if (!(sas instanceof List<?> list) || list.size() != 1) {
      return false;
    }
    if (Json.get(list.getFirst(), "children") instanceof List<?> children) {
      children.forEach(
          c -> ours.add("INSTALLED " + Json.get(c, "spiIn") + " " + Json.get(c, "spiOut")));
    }
    boolean same =
        ike.getFirst().value("initiator-spi").equals(spi(list.getFirst(), "initiatorSpi"))
            && ike.getFirst().value("responder-spi").equals(spi(list.getFirst(), "responderSpi"));
    return same && ours.equals(theirs) && ours.size() == p.act.childrenAfterwards;
  }

  private static java.util.Optional<String> spi(Object sa, String name) {
    return java.util.Optional.of(String.valueOf(Json.get(sa, name)));
  }

  private static void pings(CutPoint p, SoftAssertions all) {
    List<String> hosts = new ArrayList<>(List.of(Topology.gcmHost(p.tunnel())));
    if (p.act.childrenAfterwards == 2) {
      hosts.add(Topology.cbcHost(p.tunnel()));
    }
    for (String host : hosts) {
      String ping = "ping -q -c 3 -i 0.2 -W 5 -I " + Topology.HUB_HOST + " " + host;
      var ran = Shell.run(Shell.in(Topology.LAN_HUB, List.of(ping.split(" "))));
      all.assertThat(ran.ok()).as("%s: %s", p, Shell.said(ran)).isTrue();
    }
  }

  private void judge(IkeTape tape, long cut, SoftAssertions all) {
    Map<Boolean, List<IkeTape.Datagram>> halves =
        tape.all().stream().collect(Collectors.partitioningBy(d -> d.timeNs() > cut));
    for (CutPoint p : POINTS) {
      String address = Topology.branchAddress(p.tunnel());
      Set<String> dead = octets(halves.get(false), p, Gateway.A, address);
      Set<String> living = octets(halves.get(true), p, Gateway.B, address);
      all.assertThat(dead).as("%s: seen before the cut", p).isNotEmpty();
      // A liveness check may have been answered again before: the last one is what counts.
      all.assertThat(living)
          .as("%s: the same octets from the other node", p)
          .containsAnyElementsOf(dead);
      if (p.held == CutPoint.Held.THEIR_RESPONSE) {
        Set<String> before = theirs(halves.get(false), p, address);
        all.assertThat(theirs(halves.get(true), p, address))
            .as("%s: the peer answers as before", p)
            .containsAnyElementsOf(before);
      }
    }
    all.assertThat(halves.get(true))
        .as("nobody asks for a new IKE SA")
        .noneMatch(d -> d.exchange() == IKE_SA_INIT);
    String log = peer.log();
    for (CutPoint p : POINTS) {
      long made =
          log.lines()
              .filter(
                  l ->
                      l.contains("IKE_SA hub" + p.tunnel() + "[")
                          && (l.contains("established between") || l.contains("rekeyed between")))
              .count();
      all.assertThat(made)
          .as("%s: IKE SAs that strongSwan has established", p)
          .isEqualTo(p.act == CutPoint.Act.REKEY_IKE ? 2 : 1);
    }
  }

  /** What the pair has sent of this exchange: requests of its own, or responses. */
  private static Set<String> octets(
      List<IkeTape.Datagram> half, CutPoint p, Gateway gw, String address) {
    return half.stream()
        .filter(d -> d.from(gw.wanMac()) && d.destination().equals(address))
        .filter(d -> d.exchange() == p.act.exchange && d.response() != p.byUs)
        .map(IkeTape.Datagram::octets)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> theirs(List<IkeTape.Datagram> half, CutPoint p, String address) {
    return half.stream()
        .filter(d -> d.source().equals(address) && d.exchange() == p.act.exchange && d.response())
        .map(IkeTape.Datagram::octets)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private String logs() {
    StringBuilder s = new StringBuilder();
    hub.logs()
        .forEach(
            (name, file) -> s.append("\n--- ").append(name).append('\n').append(tail(read(file))));
    if (peer != null) {
      s.append("\n--- strongSwan\n").append(tail(peer.log()));
    }
    return s.toString();
  }

  private static String tail(String log) {
    List<String> lines = log.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 150), lines.size()));
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
