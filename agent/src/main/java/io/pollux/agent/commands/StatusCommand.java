package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.Overview;
import io.pollux.agent.config.InducedConfig;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Json;
import io.pollux.agent.control.Output;
import io.pollux.ha.induced.InducedPolicy;
import io.pollux.ha.induced.InducedRekey;
import io.pollux.ike.engine.ChildDown;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** {@code status}: three answers first, then figures. */
final class StatusCommand {
  private static final int SHOWN_DOWN = 20;
  private static final long SECOND = 1_000_000_000L;

  private final Gateway gateway;

  StatusCommand(Gateway gateway) {
    this.gateway = gateway;
  }

  Command command() {
    return SimpleCommand.look(
            "status",
            "[--check]",
            "ready for a failover? what is down, and why? what would a failover cost?",
            0,
            this::run)
        .with(Flag.plain("check", "exit status 1 if something needs attention"))
        .withDescription(
            """
            Exit status 0; with --check 1 if the pair is not ready for a failover, or if a child
            with start = start is down.
            Example: polluxctl status --watch""");
  }

  /** Everything that the answer is made of. */
  private record Facts(
      Overview now,
      int configured,
      List<ChildDown> down,
      Optional<PairStatus> pair,
      Optional<FailoverCost> cost) {

    boolean attention() {
      return pair.filter(p -> !p.ready()).isPresent()
          || down.stream().anyMatch(ChildDown::isTrouble);
    }
  }

  private Facts facts() throws Exception {
    Overview now = Commands.get(gateway.overview());
    List<ConnectionPolicy> connections = gateway.config().connections();
    int configured = connections.stream().mapToInt(c -> c.children().size()).sum();
    List<ChildDown> down = now.active() ? now.down() : missing(connections, now);
    Optional<PairStatus> pair = Optional.empty();
    Optional<FailoverCost> cost = Optional.empty();
    if (gateway.pair().isPresent()) {
      pair = Optional.of(PairStatus.of(Commands.get(gateway.pair().get().look())));
      cost =
          Optional.of(
              FailoverCost.of(
                  pair.get(),
                  gateway.config().ha().orElseThrow(),
                  now.heldBack(),
                  Commands.get(gateway.pair().get().history()).takeovers()));
    }
    return new Facts(now, configured, down, pair, cost);
  }

  /** On a standby: what its copy does not hold. */
  private static List<ChildDown> missing(List<ConnectionPolicy> connections, Overview now) {
    Set<String> up = new LinkedHashSet<>();
    now.sas().forEach(s -> s.children().forEach(c -> up.add(s.connection() + '\n' + c.child())));
    List<ChildDown> all = new ArrayList<>();
    for (ConnectionPolicy c : connections) {
      for (ChildPolicy child : c.children()) {
        if (!up.contains(c.name() + '\n' + child.name())) {
          all.add(
              new ChildDown(
                  c.name(),
                  child.name(),
                  child.start() == ChildPolicy.StartAction.START
                      ? ChildDown.State.WAITING // the active node tries it again
                      : ChildDown.State.PASSIVE,
                  Optional.of("not up on the active node"),
                  0,
                  0,
                  OptionalLong.empty()));
        }
      }
    }
    return all;
  }

  private void run(Invocation in, Output out) throws Exception {
    Facts facts = facts();
    if (in.json()) {
      out.json(j -> json(facts, j));
    } else {
      answers(facts, out);
      figures(facts, out);
    }
    out.exit(in.has("check") && facts.attention() ? ExitStatus.NEGATIVE : ExitStatus.OK);
  }

  private void answers(Facts facts, Output out) {
    out.line(
        "ready for failover: "
            + facts
                .pair
                .map(p -> p.ready() ? "yes" : "NO: " + String.join("; ", p.obstacles()))
                .orElse("no pair is configured"));
    int up = facts.configured - facts.down.size();
    out.line("tunnels:            " + up + " of " + facts.configured + " up");
    long now = System.nanoTime();
    facts.down.stream().limit(SHOWN_DOWN).forEach(d -> out.line("  down: " + line(d, now)));
    if (facts.down.size() > SHOWN_DOWN) {
      out.line("  and " + (facts.down.size() - SHOWN_DOWN) + " more (polluxctl connections)");
    }
    facts.cost.ifPresent(c -> out.line("a failover now:     " + c.text()));
    gateway.exposedKeys().ifPresent(f -> out.line(exposed(f)));
    if (facts.pair.isPresent() && facts.pair.get().view().config().known()) {
      List<String> differing = facts.pair.get().view().config().differing();
      if (!differing.isEmpty()) {
        out.line("configurations:     DIFFER: " + PairStatus.some(differing));
      }
    }
  }

  /** Shown by {@code status} and {@code ha status} until somebody takes the switch away. */
  static String exposed(Path file) {
    return "IKE KEYS EXPOSED:   they are written to " + file + " (log.ike-keys-file)";
  }

  /** One child that is down, its reason, and what is done about it. */
  static String line(ChildDown down, long nowNs) {
    StringBuilder line = new StringBuilder(down.connection()).append('/').append(down.child());
    line.append(": ").append(down.failure().orElse(words(down.state())));
    if (down.failedNs() != 0) {
      line.append(", ").append((nowNs - down.failedNs()) / SECOND).append(" s ago");
    }
    if (down.failures() > 1) {
      line.append(", ").append(down.failures()).append(" failures in a row");
    }
    if (down.failure().isPresent() && down.failedNs() != 0) {
      line.append("; ").append(words(down.state()));
    }
    if (down.state() == ChildDown.State.WAITING && down.nextTryNs().isPresent()) {
      long left = Math.max(0, down.nextTryNs().getAsLong() - nowNs);
      line.append(" in ").append(left / SECOND).append(" s");
    }
    return line.toString();
  }

  private static String words(ChildDown.State state) {
    return switch (state) {
      case NEGOTIATING -> "being negotiated";
      case WAITING -> "tried again";
      case HELD -> "taken down by an operator";
      case PASSIVE -> "not started: the peer, an operator or a packet starts it";
    };
  }

  private void figures(Facts facts, Output out) {
    Overview now = facts.now;
    Gateway.Traffic traffic = now.traffic();
    var memory = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    out.line("node:               " + gateway.config().node().name() + ", " + gateway.state());
    out.line(
        "SAs:                "
            + now.sas().size()
            + " IKE, "
            + children(now)
            + " Child, "
            + now.engine().halfOpen()
            + " half-open");
    out.line(
        String.format(
            Locale.ROOT,
            "memory:             %.1f MiB heap used, %d threads",
            memory.getUsed() / 1048576.0,
            ManagementFactory.getThreadMXBean().getThreadCount()));
    out.line(
        "IKE:                "
            + traffic.received()
            + " datagrams received, "
            + traffic.sent()
            + " sent, "
            + traffic.flooded()
            + " dropped in floods");
    if (!gateway.config().induced().redundant().isEmpty()) {
      out.line("induced rekeys:     " + induced(now.induced()));
    }
    now.engine()
        .counters()
        .forEach((name, value) -> out.line(String.format(Locale.ROOT, "  %-40s %d", name, value)));
  }

  private String induced(InducedRekey.Totals totals) {
    InducedPolicy p = gateway.config().induced().policy();
    return totals.done()
        + " done, "
        + totals.suspects()
        + " suspects; not done: "
        + totals.quiet()
        + " in a quiet period, "
        + totals.capped()
        + " beyond a cap, "
        + totals.older()
        + " of older SAs (at "
        + p.packets()
        + " packets and "
        + FailoverCost.millis(p.timeNs())
        + " ms, "
        + p.consecutive()
        + " in a row, "
        + p.quietNs() / SECOND
        + " s apart, "
        + p.perMinute()
        + " a minute)";
  }

  private void induced(InducedRekey.Totals totals, Json j) {
    InducedConfig config = gateway.config().induced();
    j.object(
        "inducedRekey",
        o ->
            o.field("connections", config.redundant().size())
                .field("done", totals.done())
                .field("suspects", totals.suspects())
                .field("suppressedQuiet", totals.quiet())
                .field("suppressedCapped", totals.capped())
                .field("suppressedOlder", totals.older())
                .field("packets", config.policy().packets())
                .field("timeMillis", FailoverCost.millis(config.policy().timeNs()))
                .field("consecutive", config.policy().consecutive())
                .field("quietSeconds", config.policy().quietNs() / SECOND)
                .field("perMinute", config.policy().perMinute()));
  }

  private static long children(Overview now) {
    return now.sas().stream().mapToLong(s -> s.children().size()).sum();
  }

  private void json(Facts facts, Json j) {
    Overview now = facts.now;
    Gateway.Traffic traffic = now.traffic();
    var memory = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    j.field("node", gateway.config().node().name())
        .field("state", gateway.state())
        .field("ikeSas", now.sas().size())
        .field("childSas", children(now))
        .field("halfOpen", now.engine().halfOpen())
        .field("heldBack", now.heldBack())
        .field("heapUsedBytes", memory.getUsed())
        .field("threads", ManagementFactory.getThreadMXBean().getThreadCount())
        .field("logLinesDropped", traffic.logLinesDropped())
        .field("datagramsReceived", traffic.received())
        .field("datagramsSent", traffic.sent())
        .field("datagramsFlooded", traffic.flooded())
        .field("ikeKeysFile", gateway.exposedKeys())
        .field("needsAttention", facts.attention());
    tunnels(facts, j);
    induced(now.induced(), j);
    if (facts.pair.isPresent()) {
      PairStatus pair = facts.pair.get();
      FailoverCost cost = facts.cost.orElseThrow();
      j.object(
          "failover",
          o ->
              o.field("ready", pair.ready())
                  .strings("obstacles", pair.obstacles())
                  .field("tunnelsKept", cost.kept())
                  .field("tunnelsRekeyedFirst", cost.rekeyed())
                  .field("tunnelsLost", cost.lost())
                  .field("messagesHeld", cost.messagesHeld())
                  .field("powerCutMillis", millis(cost.powerCutNs()))
                  .field("daemonDeathMillis", millis(cost.daemonDeathNs()))
                  .field("lastDecisionToAnnouncedNs", cost.lastNs()));
    } else {
      j.nothing("failover");
    }
    j.object("engine", o -> now.engine().counters().forEach(o::field));
  }

  private static OptionalLong millis(OptionalLong ns) {
    return ns.isPresent()
        ? OptionalLong.of(FailoverCost.millis(ns.getAsLong()))
        : OptionalLong.empty();
  }

  private static void tunnels(Facts facts, Json j) {
    long ns = System.nanoTime();
    j.object(
        "tunnels",
        t ->
            t.field("configured", facts.configured)
                .field("up", facts.configured - facts.down.size())
                .objects(
                    "down",
                    facts.down,
                    (o, d) ->
                        o.field("connection", d.connection())
                            .field("child", d.child())
                            .field("state", d.state().name().toLowerCase(Locale.ROOT))
                            .field("shallBeUp", d.isTrouble())
                            .field("reason", d.failure())
                            .field(
                                "failedSecondsAgo",
                                d.failedNs() == 0
                                    ? OptionalLong.empty()
                                    : OptionalLong.of((ns - d.failedNs()) / SECOND))
                            .field("failures", d.failures())
                            .field(
                                "nextTrySeconds",
                                d.nextTryNs().isPresent()
                                    ? OptionalLong.of(
                                        Math.max(0, (d.nextTryNs().getAsLong() - ns) / SECOND))
                                    : OptionalLong.empty())));
  }
}
