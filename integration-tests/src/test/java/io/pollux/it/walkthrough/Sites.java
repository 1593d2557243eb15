package io.pollux.it.walkthrough;

import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import io.pollux.it.peer.RawReport;
import io.pollux.it.peer.StrongSwan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The network of the pages.
 *
 * <pre>
 *   hub-host 10.1.0.100 -- lan0 GATEWAY... wan0 -- wan (bridge) -- 203.0.113.20 branch 10.2.0.1 -- branch-host 10.2.0.100
 *                                link0 -- link (bridge)
 * </pre>
 *
 * The hosts' default routes are 10.1.0.1 and 10.2.0.1. No gateway has a route to the other's
 * network but what its daemon makes.
 */
final class Sites implements AutoCloseable {
  static final String HUB_HOST = "10.1.0.100";
  static final String BRANCH_HOST = "10.2.0.100";
  private static final Duration GENEROUS = Duration.ofSeconds(90);
  private static final List<String> SEGMENTS = List.of("wan", "lan", "link");

  final Namespaces ns;
  final Path dir;
  private StrongSwan branch;

  /** Makes it with these gateways, which have no address yet. */
  Sites(Path dir, String... gateways) {
    this.dir = dir;
    List<String> names = new ArrayList<>(SEGMENTS);
    names.addAll(List.of("hub-host", "branch", "branch-host"));
    names.addAll(List.of(gateways));
    ns = Namespaces.of(names.toArray(String[]::new));
    SEGMENTS.forEach(segment -> ns.bridge(segment, "br0"));
    for (String gateway : gateways) {
      SEGMENTS.forEach(segment -> plug(segment, gateway));
    }
    plug("lan", "hub-host");
    ns.ip("hub-host", "addr add 10.1.0.100/24 dev lan0", "route add default via 10.1.0.1");
    plug("wan", "branch");
    ns.veth(new Namespaces.End("branch", "lan0"), new Namespaces.End("branch-host", "lan0"));
    ns.ip("branch", "addr add 203.0.113.20/24 dev wan0", "addr add 10.2.0.1/24 dev lan0");
    ns.sysctl("branch", "net.ipv4.ip_forward=1");
    ns.ip("branch-host", "addr add 10.2.0.100/24 dev lan0", "route add default via 10.2.0.1");
  }

  private void plug(String segment, String machine) {
    ns.veth(
        new Namespaces.End(machine, segment + "0"), new Namespaces.End(segment, "to-" + machine));
    ns.ip(segment, "link set to-" + machine + " master br0");
  }

  /** Pulls all plugs of a machine. */
  void unplug(String machine) {
    SEGMENTS.forEach(segment -> ns.ip(segment, "link set to-" + machine + " down"));
  }

  /** The peer, with that swanctl.conf. */
  StrongSwan startBranch(String swanctlConf) {
    branch = StrongSwan.start(ns, "branch", dir.resolve("s"), swanctlConf);
    return branch;
  }

  /** Three pings each way between the hosts; all must be answered. */
  void pingBothWays() {
    ping("hub-host", BRANCH_HOST);
    ping("branch-host", HUB_HOST);
  }

  private void ping(String from, String to) {
    ns.run(from, "ping", "-q", "-c", "3", "-i", "0.2", "-W", "10", to).orFail();
  }

  /** Starts a ping between the hosts that goes on until the end; returns with its first reply. */
  void keepPinging() {
    ns.start("hub-host", pings(), Map.of(), "ping", "-i", "0.2", BRANCH_HOST);
    awaitMoreReplies();
  }

  /** Returns when that ping has got ten more replies. */
  void awaitMoreReplies() {
    long wanted = replies() + 10;
    Waits.until(() -> replies() >= wanted, GENEROUS, "ten replies more to the ping");
  }

  private long replies() {
    try {
      return Files.readAllLines(pings()).stream().filter(line -> line.contains("ttl=")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path pings() {
    return dir.resolve("ping");
  }

  /** Returns when the peer has a tunnel. */
  void awaitChild() {
    Waits.until(() -> children().size() == 1, GENEROUS, "one Child SA of the peer");
  }

  /** The Child SAs that the peer has installed. */
  List<RawReport> children() {
    return branch.childSas().stream()
        .filter(child -> child.value("state").filter("INSTALLED"::equals).isPresent())
        .toList();
  }

  /** What names the peer's IKE SAs: both SPIs of each. */
  List<String> ikeSas() {
    return branch.sas().stream()
        .flatMap(event -> event.sections().values().stream())
        .filter(sa -> sa.value("state").filter("ESTABLISHED"::equals).isPresent())
        .map(sa -> sa.value("initiator-spi").orElse("") + sa.value("responder-spi").orElse(""))
        .toList();
  }

  /** Packets that the peer has decrypted and encrypted in all. */
  long packets(String direction) {
    return children().stream()
        .flatMap(child -> Stream.ofNullable(child.value("packets-" + direction).orElse(null)))
        .mapToLong(Long::parseLong)
        .sum();
  }

  @Override
  public void close() {
    ns.close(); // with whatever still runs inside
  }
}
