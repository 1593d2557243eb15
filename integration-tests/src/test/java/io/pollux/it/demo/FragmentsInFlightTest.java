package io.pollux.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.interop.PkiTool;
import io.pollux.it.lab.LabTest;
import io.pollux.it.verdict.IkeTape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
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
 * Certificates, ML-KEM and PPKs, with Pollux as the peer, survive a power loss: what stood carries
 * packets and is rekeyed by either side, and a message of which the first fragment had arrived is
 * finished by the other node with the same octets.
 */
@LabTest
@Tag("long")
class FragmentsInFlightTest {
  private static final int IKE_SA_INIT = 34;
  private static final List<Fragmented> ALL = List.of(Fragmented.values());
  private static final List<Fragmented> IN_FLIGHT =
      ALL.stream().filter(f -> f.exchange != 0).toList();

  @TempDir Path dir;
  private PolluxHub hub;
  private PolluxNode branch;
  private PkiTool pki;

  @Test
  @Timeout(1800)
  void theOtherNodeGoesOnWithAllOfIt() throws IOException {
    Topology.destroy();
    Topology topology = new Topology(ALL.size());
    topology.build();
    Site site = new NamespaceSite(topology, Path.of("-"));
    Tools tools =
        new Tools(
            Path.of("-"), Path.of(System.getProperty("pollux.home", "packaging/target/pollux")));
    credentials();
    Path capture = dir.resolve("wan.pcap");
    Process tcpdump = null;
    PolluxConfig config = new PolluxConfig(ALL.size(), 2_000, "auto", false);
    hub = new PolluxHub(dir, tools, site, config, this::hubConf);
    branch = new PolluxNode(Topology.BRANCH, dir.resolve("br"), tools, site.on(Topology.BRANCH));
    try {
      startBranch(config);
      hub.start();
      for (Fragmented f : ALL) {
        if (f.standsBefore()) {
          branch.command("up", "hub" + f.ordinal());
        }
      }
      hub.awaitReady();
      assertThat(hub.active()).isEqualTo(Gateway.A);
      tcpdump = CutPointsTest.capture(capture);
      holdBack();
      IN_FLIGHT.forEach(this::begin);
      for (Fragmented f : IN_FLIGHT) {
        CutPointsTest.await(() -> f.isHalfDelivered(Gateway.A), "one fragment of " + f);
      }
      long cut = CutPointsTest.powerLoss(Gateway.A);
      CutPointsTest.await(() -> hub.isActive(Gateway.B), "the takeover");
      for (Fragmented f : ALL) {
        CutPointsTest.await(() -> agreed(f), "both sides agree after " + f);
      }
      tcpdump.destroy();
      Process ended = tcpdump;
      CutPointsTest.await(() -> !ended.isAlive(), "the end of tcpdump");
      SoftAssertions all = new SoftAssertions();
      ALL.forEach(f -> pings(f, "after the takeover", all));
      judge(IkeTape.read(capture), cut, all);
      ALL.forEach(f -> rekeyed(f, all));
      all.assertAll();
    } catch (AssertionError | DemoFailure e) {
      throw new AssertionError(e.getMessage() + logs(), e);
    } finally {
      if (tcpdump != null) {
        tcpdump.destroyForcibly();
      }
      hub.stop();
      branch.stop();
      Topology.destroy();
    }
  }

  /** ECDSA certificates with an RSA one in between: too long for one datagram of 1200 octets. */
  private void credentials() throws IOException {
    pki = new PkiTool(dir.resolve("pki"));
    pki.root("root", "ecdsa", "256");
    pki.certificate("inter", "root", "rsa", "3072", "--ca");
    pki.certificate("hub", "inter", "ecdsa", "256", "--san", Names.HUB_ID);
    String[] names =
        ALL.stream()
            .flatMap(f -> List.of("--san", Names.branchId(f.ordinal())).stream())
            .toArray(String[]::new);
    pki.certificate("branch", "inter", "ecdsa", "256", names);
    for (String name : List.of("hub", "branch")) {
      Files.writeString(
          pki.file(name + ".pem"),
          Files.readString(pki.file(name + ".crt")) + Files.readString(pki.file("inter.crt")));
    }
    Path ppk = Files.writeString(dir.resolve("ppk.secret"), "0x" + "5ea1".repeat(16) + "\n");
    Files.setPosixFilePermissions(ppk, PosixFilePermissions.fromString("rw-------"));
  }

  private String hubConf(String conf) {
    int at = conf.indexOf("connections {");
    assertThat(at).isPositive();
    return CutPointsTest.patient(conf.substring(0, at)) + connections(true);
  }

  private void startBranch(PolluxConfig config) {
    String conf = config.branch(branch.dir());
    branch.configure(
        conf.substring(0, conf.indexOf("connections {")) + connections(false),
        config.branchSecrets());
    branch.start();
    CutPointsTest.await(() -> branch.ask("status", "--json") != null, "the branch's polluxd");
  }

  private String connections(boolean isHub) {
    StringBuilder s = new StringBuilder("ike { retransmit { tries = 20 } }\nconnections {\n");
    ALL.forEach(f -> s.append(connection(f, isHub)));
    return s.append("}\n").toString();
  }

  private String connection(Fragmented f, boolean isHub) {
    int n = f.ordinal();
    String hubEnd = "address = " + Gateway.OUTSIDE_VIP + ", id = " + Names.HUB_ID;
    String branchEnd =
        "address = " + Topology.branchAddress(n) + ", id = \"" + Names.branchId(n) + '"';
    boolean certificates = f.keys == Fragmented.Keys.CERTIFICATES;
    String own = isHub ? "hub" : "branch";
    String prove =
        ", auth = cert, certificate = \"%s\", key = \"%s\""
            .formatted(pki.file(own + ".pem"), pki.file(own + ".key"));
    String trust = ", auth = cert, ca = \"%s\", revocation = off".formatted(pki.file("root.crt"));
    String ppk =
        "ppk { id = blue, secret-file = \"%s\", required = true }"
            .formatted(dir.resolve("ppk.secret"));
    return """
          %s {
            local { %s }
            remote { %s }
            proposals = [%s]
            %s
            children { gcm { local-ts = [%s], remote-ts = [%s], esp-proposals = [aes256gcm16-esn] } }
          }
        """
        .formatted(
            isHub ? Names.connection(n) : "hub" + n,
            (isHub ? hubEnd : branchEnd) + (certificates ? prove : ""),
            (isHub ? branchEnd : hubEnd) + (certificates ? trust : ""),
            f.keys.proposal,
            f.keys == Fragmented.Keys.PPK ? ppk : "",
            isHub ? "10.1.0.0/24" : Topology.gcmSubnet(n),
            isHub ? Topology.gcmSubnet(n) : "10.1.0.0/24");
  }

  private static void holdBack() {
    StringBuilder s = new StringBuilder();
    for (String port : List.of("branch", Gateway.A.name())) {
      s.append(HeldBack.tc("qdisc add dev " + port + " clsact"));
    }
    IN_FLIGHT.forEach(f -> s.append(f.filter(Gateway.A)));
    Shell.script(s.toString());
  }

  /** Nobody waits for the outcome: the gateway that is asked will not live to tell it. */
  private void begin(Fragmented f) {
    PolluxNode begins = f.begunByUs() ? hub.node(Gateway.A) : branch;
    String connection = f.begunByUs() ? Names.connection(f.ordinal()) : "hub" + f.ordinal();
    String[] words =
        f == Fragmented.REKEY_FOLLOWUP_RESPONSE
            ? new String[] {"rekey", connection, "--ike"}
            : new String[] {"up", connection};
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                begins.command(words);
              } catch (DemoFailure _) {
                // what became of it is asked of both sides, when one of them is gone
              }
            });
  }

  /** One IKE SA with one child, the same on both sides. */
  private boolean agreed(Fragmented f) {
    String ours = sas(hub.node(Gateway.B), Names.connection(f.ordinal()), "spiIn", "spiOut");
    return !ours.isEmpty() && ours.equals(sas(branch, "hub" + f.ordinal(), "spiOut", "spiIn"));
  }

  /** Empty unless there is exactly one of each. */
  private static String sas(PolluxNode node, String connection, String first, String second) {
    boolean one =
        Json.get(node.ask("sas", connection, "--json"), "ikeSas") instanceof List<?> sas
            && sas.size() == 1
            && Json.get(sas.getFirst(), "children") instanceof List<?> children
            && children.size() == 1;
    if (!one) {
      return "";
    }
    Object sa = ((List<?>) Json.get(node.ask("sas", connection, "--json"), "ikeSas")).getFirst();
    Object child = ((List<?>) Json.get(sa, "children")).getFirst();
    return Arrays.asList(
            Json.get(sa, "initiatorSpi"),
            Json.get(sa, "responderSpi"),
            Json.get(child, first),
            Json.get(child, second))
        .toString();
  }

  private static void pings(Fragmented f, String when, SoftAssertions all) {
    String ping =
        "ping -q -c 3 -i 0.2 -W 5 -I " + Topology.HUB_HOST + " " + Topology.gcmHost(f.ordinal());
    var ran = Shell.run(Shell.in(Topology.LAN_HUB, List.of(ping.split(" "))));
    all.assertThat(ran.ok()).as("%s %s: %s", f, when, Shell.said(ran)).isTrue();
  }

  /** The Child SA by the node that has taken over, the IKE SA by the peer, and again. */
  private void rekeyed(Fragmented f, SoftAssertions all) {
    String ours = Names.connection(f.ordinal());
    String theirs = "hub" + f.ordinal();
    PolluxNode active = hub.node(Gateway.B);
    for (int i = 0; i < 2; i++) {
      String before = sas(active, ours, "spiIn", "spiOut");
      (i == 0 ? active : branch).command("rekey", i == 0 ? ours : theirs, "gcm");
      (i == 0 ? branch : active).command("rekey", i == 0 ? theirs : ours, "--ike");
      CutPointsTest.await(() -> agreed(f), "both sides agree after the rekeys of " + f);
      List<String> old = List.of(before.split(", "));
      all.assertThat(sas(active, ours, "spiIn", "spiOut").split(", "))
          .as("%s has new SAs", f)
          .doesNotContainAnyElementsOf(old);
      pings(f, "after rekeys", all);
    }
  }

  private static void judge(IkeTape tape, long cut, SoftAssertions all) {
    Map<Boolean, List<IkeTape.Datagram>> halves =
        tape.all().stream().collect(Collectors.partitioningBy(d -> d.timeNs() > cut));
    for (Fragmented f : IN_FLIGHT) {
      Set<String> dead = octets(halves.get(false), f);
      all.assertThat(dead).as("%s: fragments before the cut", f).hasSizeGreaterThan(1);
      all.assertThat(octets(halves.get(true), f))
          .as("%s: the same fragments afterwards", f)
          .containsAll(dead);
    }
    all.assertThat(halves.get(true))
        .as("nobody asks for a new IKE SA")
        .noneMatch(d -> d.exchange() == IKE_SA_INIT);
  }

  /** The fragments of the message, from whichever node of the pair. */
  private static Set<String> octets(List<IkeTape.Datagram> half, Fragmented f) {
    String peer = Topology.branchAddress(f.ordinal());
    return half.stream()
        .filter(d -> (f.ours ? d.destination() : d.source()).equals(peer))
        .filter(d -> d.exchange() == f.exchange && d.response() == f.response)
        .map(IkeTape.Datagram::octets)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private String logs() {
    StringBuilder s = new StringBuilder();
    hub.logs()
        .forEach((name, file) -> s.append("\n--- ").append(name).append('\n').append(tail(file)));
    return s.append("\n--- branch\n").append(tail(branch.log())).toString();
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 150), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
