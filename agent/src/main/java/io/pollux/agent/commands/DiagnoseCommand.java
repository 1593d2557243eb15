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
import io.pollux.ike.sad.IkeSaSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

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
            The kernel's error counts are of the whole machine.

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
    List<Diagnosis> all = diagnose(chosen, name, Duration.ofSeconds(seconds), out);
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
                              .field("verdict", d.verdict().name().toLowerCase(Locale.ROOT))
                              .field("finding", d.finding())
                              .strings("evidence", d.evidence())
                              .field("next", d.next())));
    } else {
      text(all, name.isPresent(), out);
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

  private List<Diagnosis> diagnose(
      List<ConnectionPolicy> chosen, Optional<String> name, Duration pause, Output out)
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
    Map<String, Long> moved = new TreeMap<>();
    second
        .xfrm()
        .forEach((key, value) -> moved.put(key, value - first.xfrm().getOrDefault(key, 0L)));
    List<Diagnosis> all = new ArrayList<>();
    for (ConnectionPolicy c : chosen) {
      for (ChildPolicy child : c.children()) {
        all.add(
            FailureTree.judge(
                new Evidence(
                    c.name(),
                    child.name(),
                    overview.active(),
                    gateOpen,
                    c.remoteAddress().map(a -> a.getHostAddress()),
                    ikeSas(overview.sas(), c),
                    down(overview, c, child),
                    flow(first, second, c, child),
                    moved,
                    since,
                    second.atNs() - first.atNs())));
      }
    }
    return all;
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

  /** Of the newest SAs of the child that were there at both looks. */
  private static Optional<Flow> flow(
      Observation first, Observation second, ConnectionPolicy c, ChildPolicy child) {
    Optional<Sample> now =
        second.samples().stream()
            .filter(s -> s.child().connection().equals(c.name()))
            .filter(s -> s.child().child().equals(child.name()))
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
