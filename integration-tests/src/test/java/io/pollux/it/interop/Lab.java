package io.pollux.it.interop;

import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import io.pollux.it.peer.Libreswan;
import io.pollux.it.peer.PolluxDaemon;
import io.pollux.it.peer.RawReport;
import io.pollux.it.peer.StrongSwan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The network and the daemons of one class of tests.
 *
 * <pre>
 *   pollux 192.0.2.1, 2001:db8::1 -- wan (bridge br0) -- swan 192.0.2.2, .101 ..., 2001:db8::2
 * </pre>
 *
 * The networks behind them are addresses on the loopback devices. Both route them over the WAN, so
 * that what no policy catches is seen there in the clear.
 */
final class Lab implements AutoCloseable {
  static final Duration GENEROUS = Duration.ofSeconds(40);
  private static final int NUMBERS = 30;

  final Namespaces ns;
  final Path directory;
  PolluxDaemon pollux;
  StrongSwan swan;
  Libreswan libreswan;

  Lab(Path directory, String... more) {
    this.directory = directory;
    List<String> names = new ArrayList<>(List.of("pollux", "wan", "swan"));
    names.addAll(List.of(more));
    ns = Namespaces.of(names.toArray(String[]::new));
    Evidence.of(this);
    ns.bridge("wan", "br0");
  }

  /** The usual network: strongSwan on the same segment. */
  static Lab flat(Path directory) {
    Lab lab = new Lab(directory);
    lab.plug("pollux");
    lab.plug("swan");
    lab.hosts("pollux", "1", "2");
    lab.hosts("swan", "2", "1");
    lab.ns.ip(
        "swan",
        IntStream.rangeClosed(1, NUMBERS)
            .mapToObj(n -> "addr add 192.0.2." + (100 + n) + "/24 dev out")
            .toArray(String[]::new));
    return lab;
  }

  /** A device {@code out} on the WAN's bridge. */
  void plug(String namespace) {
    ns.veth(new Namespaces.End(namespace, "out"), new Namespaces.End("wan", "to-" + namespace));
    ns.ip("wan", "link set to-" + namespace + " master br0");
  }

  /** Addresses, the networks behind, and routes in the clear to those of the other side. */
  void hosts(String namespace, String own, String other) {
    List<String> commands = new ArrayList<>();
    commands.add("addr add 192.0.2." + own + "/24 dev out");
    commands.add("addr add 2001:db8::" + own + "/64 dev out nodad");
    for (int n = 1; n <= NUMBERS; n++) {
      commands.add("addr add 10.%s.%d.1/32 dev lo".formatted(own, n));
      commands.add("addr add 10.1%s.%d.1/32 dev lo".formatted(own, n));
    }
    commands.add("addr add fd0%s::1/128 dev lo".formatted(own));
    commands.add("route add 10.%s.0.0/16 via 192.0.2.%s".formatted(other, other));
    commands.add("route add 10.1%s.0.0/16 via 192.0.2.%s".formatted(other, other));
    commands.add("route add fd0%s::/16 via 2001:db8::%s".formatted(other, other));
    ns.ip(namespace, commands.toArray(String[]::new));
  }

  /** Starts Pollux with these tunnels. */
  void startPollux(String settings, Tunnel... tunnels) {
    StringBuilder text = new StringBuilder(settings + "\nconnections {\n");
    Map<String, String> psks = new LinkedHashMap<>();
    for (Tunnel tunnel : tunnels) {
      text.append(tunnel.polluxConnection());
      psks.put(tunnel.id(), Tunnel.SECRET);
    }
    pollux =
        PolluxDaemon.start(
            ns, "pollux", directory.resolve("p"), text.append("}\n").toString(), psks);
  }

  /** Starts strongSwan with these tunnels. */
  void startSwan(String settings, Tunnel... tunnels) {
    String text =
        "connections {\n"
            + List.of(tunnels).stream().map(Tunnel::swanConnection).collect(Collectors.joining())
            + "}\nsecrets {\n"
            + List.of(tunnels).stream().map(Tunnel::swanSecret).collect(Collectors.joining())
            + "}\n";
    swan = StrongSwan.start(ns, "swan", directory.resolve("s"), text, settings);
  }

  /** Pings COUNT times from Pollux's side; all must be answered. */
  void ping(Tunnel tunnel, int child) {
    ping("pollux", tunnel.polluxHost(child), tunnel.swanHost(child)).orFail();
    ping("swan", tunnel.swanHost(child), tunnel.polluxHost(child)).orFail();
  }

  Ran ping(String namespace, String from, String to) {
    return ns.run(namespace, "ping", "-q", "-c", "3", "-i", "0.1", "-W", "5", "-I", from, to);
  }

  /** A tunnel's IKE SAs by strongSwan's report. */
  List<RawReport> swanSas(Tunnel tunnel) {
    return swan.sas().stream()
        .map(event -> event.section(tunnel.name()))
        .filter(sa -> !sa.values().isEmpty())
        .toList();
  }

  /** A tunnel's Child SAs that strongSwan has installed. */
  List<RawReport> swanChildren(Tunnel tunnel) {
    return swanSas(tunnel).stream()
        .flatMap(sa -> sa.section("child-sas").sections().values().stream())
        .filter(child -> child.value("state").filter("INSTALLED"::equals).isPresent())
        .toList();
  }

  /** The SAs in Pollux's kernel between the tunnel's endpoints, outbound ones. */
  List<KernelSa> outbound(Tunnel tunnel) {
    return KernelSa.in("pollux").stream()
        .filter(sa -> sa.destination().equals(tunnel.swanAddress()))
        .toList();
  }

  /** All SAs in Pollux's kernel between the tunnel's endpoints. */
  List<KernelSa> both(Tunnel tunnel) {
    return KernelSa.in("pollux").stream()
        .filter(
            sa ->
                sa.destination().equals(tunnel.swanAddress())
                    || sa.source().equals(tunnel.swanAddress()))
        .toList();
  }

  static void until(java.util.function.BooleanSupplier condition, String description) {
    Waits.until(condition, GENEROUS, description);
  }

  @Override
  public void close() {
    if (pollux != null && pollux.alive()) {
      pollux.kill();
    }
    ns.close(); // with whatever still runs inside
    Evidence.done();
  }
}
