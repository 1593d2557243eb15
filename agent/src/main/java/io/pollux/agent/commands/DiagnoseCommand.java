package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.Observation;
import io.pollux.agent.commands.Gateway.Sample;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import io.pollux.agent.diagnose.Diagnosis;
import io.pollux.agent.diagnose.Evidence;
import io.pollux.agent.diagnose.FailureTree;
import io.pollux.agent.diagnose.Flow;
import io.pollux.agent.diagnose.Verdict;
import io.pollux.ike.engine.ChildDown;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Reqid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** {@code diagnose}: two looks, some seconds apart, and what follows from them. */
final class DiagnoseCommand {
  private static final long DEFAULT_SECONDS = 2;
  private static final long MOST_SECONDS = 60;

  private final Gateway gateway;

  DiagnoseCommand(Gateway gateway) {
    this.gateway = gateway;
  }

  Command command() {
    return new SimpleCommand(
            "diagnose",
            "[CONNECTION] [--seconds N]",
            "why a tunnel carries nothing: evidence, verdict, next step",
            "",
            true,
            false,
            1,
            List.of(),
            this::run)
        .with(Flag.withValue("seconds", "N", "time between the two looks; 2 unless given"))
        .withDescription(
            """
            Looks twice at the SAs, the kernel's error counts and the last failures, and walks
            the failure tree of an outage. Of all connections, names those that need attention.
            The kernel's error counts are of the whole machine: they decide about a child that
            is looked at alone, and are evidence otherwise.

            Exit status 0 if nothing needs attention, 1 otherwise.
            Example: polluxctl diagnose berlin --seconds 5""");
  }

  private void run(Invocation in, Output out) throws Exception {
    Optional<String> name = in.argument(0);
    List<ConnectionPolicy> chosen =
        gateway.config().connections().stream()
            .filter(c -> name.isEmpty() || name.get().equals(c.name()))
            .toList();
    if (name.isPresent() && chosen.isEmpty()) {
      throw new CommandException(ExitStatus.NEGATIVE, "there is no connection " + name.get());
    }
    long seconds = in.number("seconds", 1, MOST_SECONDS).orElse(DEFAULT_SECONDS);
    SortedMap<String, Long> moved = new TreeMap<>();
    List<Diagnosis> all = diagnose(chosen, name, Duration.ofSeconds(seconds), moved, out);
    boolean attention = all.stream().anyMatch(d -> d.verdict().needsAttention());
    if (in.json()) {
      out.json(
          j ->
              j.field("needsAttention", attention)
                  .objects(
                      "children",
                      all,
                      (o, d) ->
                          o.field("connection", d.connection())
                              .field("child", d.child())
                              .field("peer", d.among())
                              .field("verdict", d.verdict().name().toLowerCase(Locale.ROOT))
                              .field("finding", d.finding())
                              .strings("evidence", d.evidence())
                              .field("next", d.next())));
    } else {
      text(all, name.isPresent(), out);
      if (name.isEmpty() && all.size() > 1) {
        unexplained(moved, out);
      }
    }
    out.exit(attention ? ExitStatus.NEGATIVE : ExitStatus.OK);
  }

  private static void text(List<Diagnosis> all, boolean everything, Output out) {
    int well = 0;
    for (Diagnosis d : all) {
      if (!everything && (d.verdict() == Verdict.HEALTHY || d.verdict() == Verdict.IDLE)) {
        well++;
        continue;
      }
      out.line(
          d.connection()
              + "/"
              + d.child()
              + d.among().map(a -> " " + a).orElse("")
              + ": "
              + d.verdict().text().toUpperCase(Locale.ROOT)
              + ": "
              + d.finding());
      d.evidence().forEach(e -> out.line("  because: " + e));
      if (!d.next().isEmpty()) {
        out.line("  next:    " + d.next());
      }
    }
    if (!everything) {
      out.line(well + " of " + all.size() + " children are healthy or idle");
    }
  }

  /** What nothing says whose it is; not held against each of many. */
  private static void unexplained(SortedMap<String, Long> moved, Output out) {
    List<String> counts =
        moved.entrySet().stream()
            .filter(m -> m.getValue() > 0)
            .map(m -> m.getKey() + " +" + m.getValue())
            .toList();
    if (!counts.isEmpty()) {
      out.line(
          "somebody's packets were dropped meanwhile: "
              + String.join(", ", counts)
              + "; polluxctl diagnose CONNECTION takes that into account");
    }
  }

  private List<Diagnosis> diagnose(
      List<ConnectionPolicy> chosen,
      Optional<String> name,
      Duration pause,
      SortedMap<String, Long> moved,
      Output out)
      throws Exception {
    Observation first = Commands.get(gateway.observe(name));
    out.awaitClosed(pause);
    Observation second = Commands.get(gateway.observe(name));
    Gateway.Overview overview = Commands.get(gateway.overview());
    boolean gateOpen = true;
    OptionalLong since = OptionalLong.empty();
    if (gateway.pair().isPresent()) {
      gateOpen = Commands.get(gateway.pair().get().look()).gateOpen();
      var takeovers = Commands.get(gateway.pair().get().history()).takeovers();
      if (!takeovers.isEmpty()) {
        since = OptionalLong.of(System.nanoTime() - takeovers.getLast().decidedNs());
      }
    }
    second
        .xfrm()
        .forEach((key, value) -> moved.put(key, value - first.xfrm().getOrDefault(key, 0L)));
    boolean alone =
        standing(overview, c -> name.isEmpty() || c.connection().equals(name.get())) <= 1;
    List<Diagnosis> all = new ArrayList<>();
    for (ConnectionPolicy c : chosen) {
      for (ChildPolicy child : c.children()) {
        List<ChildSaSnapshot> peers = overview.active() ? peers(overview, c, child) : List.of();
        List<Optional<ChildSaSnapshot>> each =
            peers.isEmpty() ? List.of(Optional.empty()) : peers.stream().map(Optional::of).toList();
        for (Optional<ChildSaSnapshot> sa : each) {
          all.add(
              FailureTree.judge(
                  new Evidence(
                      c.name(),
                      child.name(),
                      sa.filter(_ -> each.size() > 1).map(x -> x.peer().toString()),
                      alone,
                      overview.active(),
                      gateOpen,
                      c.remoteAddress().map(a -> a.getHostAddress()),
                      ikeSas(overview.sas(), c),
                      down(overview, c, child),
                      sa.flatMap(x -> flow(first, second, x)),
                      moved,
                      since,
                      second.atNs() - first.atNs())));
        }
      }
    }
    return all;
  }

  /** A child's SAs have one reqid for each peer, and keep it when they are rekeyed. */
  private record Owner(String connection, String child, Reqid reqid) {
    static Owner of(ChildSaSnapshot sa) {
      return new Owner(sa.connection(), sa.child(), sa.reqid());
    }
  }

  private static long standing(Gateway.Overview overview, Predicate<ChildSaSnapshot> which) {
    return overview.sas().stream()
        .flatMap(s -> s.children().stream())
        .filter(which)
        .map(Owner::of)
        .distinct()
        .count();
  }

  /** The newest SA of each peer that has the child: of a connection with any address, many. */
  private static List<ChildSaSnapshot> peers(
      Gateway.Overview overview, ConnectionPolicy c, ChildPolicy child) {
    Map<Owner, ChildSaSnapshot> newest = new LinkedHashMap<>();
    overview.sas().stream()
        .flatMap(s -> s.children().stream())
        .filter(x -> x.connection().equals(c.name()) && x.child().equals(child.name()))
        .forEach(x -> newest.put(Owner.of(x), x));
    return List.copyOf(newest.values());
  }

  private static int ikeSas(List<IkeSaSnapshot> sas, ConnectionPolicy c) {
    return (int) sas.stream().filter(s -> s.connection().equals(c.name())).count();
  }

  private static Optional<ChildDown> down(
      Gateway.Overview overview, ConnectionPolicy c, ChildPolicy child) {
    return overview.down().stream()
        .filter(d -> d.connection().equals(c.name()) && d.child().equals(child.name()))
        .findFirst();
  }

  /** Of the newest SAs of the child with this peer that were looked at. */
  private static Optional<Flow> flow(Observation first, Observation second, ChildSaSnapshot child) {
    Optional<Sample> now =
        second.samples().stream()
            .filter(s -> Owner.of(s.child()).equals(Owner.of(child)))
            .reduce((_, last) -> last);
    return now.map(
        n -> {
          Sample before =
              first.samples().stream()
                  .filter(s -> s.child().inboundSpi().equals(n.child().inboundSpi()))
                  .findFirst()
                  .orElse(Sample.none(n.child()));
          return new Flow(
              n.packetsIn() - before.packetsIn(),
              n.packetsOut() - before.packetsOut(),
              n.replayWindow() - before.replayWindow(),
              n.replay() - before.replay(),
              n.integrityFailed() - before.integrityFailed(),
              n.child().algorithms().esn(),
              n.child().udpEncap(),
              n.child().outboundActive());
        });
  }
}
