package io.pollux.agent.commands;

import com.typesafe.config.ConfigException;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.Consent;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import io.pollux.agent.drill.Criterion;
import io.pollux.agent.drill.DrillPlan;
import io.pollux.agent.drill.DrillRecord;
import io.pollux.agent.drill.DrillRunner;
import io.pollux.agent.drill.Facts;
import io.pollux.agent.drill.Judge;
import io.pollux.agent.drill.PlanText;
import io.pollux.agent.drill.Report;
import io.pollux.agent.drill.Settings;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/**
 * {@code drill plan|run|report}: in the process of the caller, because a daemon that is killed
 * cannot watch what becomes of it.
 */
final class DrillCommands {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final Flag INTERVAL =
      Flag.withValue("interval", "MILLIS", "between two probes; 100 unless given");
  private static final Flag OUTSIDE =
      Flag.withValue("interface", "NAME", "what the data-plane scenario takes down");

  private DrillCommands() {}

  static List<Command> all() {
    return List.of(
        SimpleCommand.change(
                "drill plan",
                "[--interval MILLIS] [--interface NAME]",
                "what a failover drill would do here, and what it would cost",
                0,
                DrillCommands::plan)
            .with(INTERVAL, OUTSIDE)
            .withDescription(
                """
                Changes nothing. Exit status 0 if a drill could run now, 1 if not.
                Example: polluxctl drill plan"""),
        run(),
        SimpleCommand.change(
                "drill report",
                "DIRECTORY",
                "make the reports of a drill anew from its evidence, and print the verdicts",
                1,
                DrillCommands::report)
            .withDescription("Exit status 0 if every criterion holds, 1 if not."));
  }

  private static Command run() {
    return SimpleCommand.change(
            "drill run",
            "[TARGET...] --via COMMAND [--yes]",
            "DISRUPTIVE: fail this node over in three ways, under probes, and report",
            Integer.MAX_VALUE,
            DrillCommands::run)
        .with(
            Flag.withValue("via", "COMMAND", "runs a shell on a host behind the pair: 'ssh HOST'"),
            Flag.withValue("source", "ADDRESS", "where the probes come from, on that host"),
            INTERVAL,
            Flag.withValue("size", "OCTETS", "of an ICMP echo's payload; 1000 unless given"),
            Flag.withValue("mttr", "MILLIS", "the longest silence that is no failure"),
            Flag.withValue(
                "tolerance", "MILLIS", "between failover and failback; 500 unless given"),
            Flag.withValue("give-up", "SECONDS", "without traffic; 60 unless given"),
            OUTSIDE,
            Flag.plain("capture", "record packets with tcpdump"),
            Flag.withValue("out", "DIRECTORY", "a new one, for evidence and reports"),
            Flag.plain("force", "even if the pair is not ready, or preempts"),
            Consent.FLAG)
        .withDescription(
            """
            Run it on the active node, as root. TARGET: an address behind a tunnel (ICMP
            echo), ADDRESS:PORT (TCP connect), a connection or CONNECTION/CHILD (an address
            that answers is looked for); without one, every child that is up.
            --via: probes must come from a host behind the pair, whose packets follow the
            virtual address; a node itself cannot send through the tunnels while it is
            standby. The words are split at spaces; the shell needs ping, or nc for TCP.
            Each scenario ends with the role back here; if interrupted, that is done first.

            Exit status 0 if every criterion holds, 1 if one failed.
            Example: polluxctl drill run 10.2.0.10 --via 'ssh root@host-inside'""");
  }

  /** The daemon that answers while it lives must not be what runs a drill. */
  private static Console here(Output out) throws CommandException {
    if (out instanceof Console console) {
      return console;
    }
    throw CommandException.usage("a drill does not run inside the daemon: polluxctl drill ...");
  }

  private static Path socket() {
    String named = System.getenv("POLLUX_SOCKET");
    return Path.of(named == null || named.isEmpty() ? PolluxConfig.CONTROL_SOCKET : named);
  }

  private static Facts facts() throws CommandException {
    try {
      return Facts.ask(socket());
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "no answer of polluxd at " + socket() + ": " + e.getMessage());
    } catch (ConfigException e) {
      throw CommandException.data("this polluxctl does not fit this polluxd: " + e.getMessage());
    }
  }

  private static long interval(Invocation in) throws CommandException {
    return in.number("interval", 10, 1000).orElse(100);
  }

  private static void plan(Invocation in, Output out) throws CommandException {
    here(out);
    Facts facts = facts();
    DrillPlan plan = DrillPlan.of(facts, interval(in));
    List<String> obstacles = PlanText.obstacles(facts);
    if (in.json()) {
      json(facts, plan, out);
    } else {
      out.out(PlanText.of(facts, plan, interval(in), outside(in, facts)));
    }
    out.exit(obstacles.isEmpty() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }

  static void json(Facts facts, DrillPlan plan, Output out) {
    out.json(
        j -> {
          j.field("node", facts.node()).strings("obstacles", PlanText.obstacles(facts));
          DrillRecord.write(plan, j);
        });
  }

  private static String outside(Invocation in, Facts facts) throws CommandException {
    Optional<String> named = in.value("interface");
    if (named.isPresent()) {
      try {
        if (NetworkInterface.getByName(named.get()) != null) {
          return named.get();
        }
      } catch (SocketException e) {
        // Then it is not there either.
      }
      throw CommandException.data("--interface: there is no interface " + named.get());
    }
    return facts
        .outside()
        .orElseThrow(
            () ->
                CommandException.negative(
                    "no tunnel that is up comes from a virtual address; see --interface"));
  }

  private static void run(Invocation in, Output out) throws CommandException {
    here(out);
    if (in.json()) {
      throw CommandException.usage("drill run writes its JSON into the directory of its evidence");
    }
    Facts facts = facts();
    String outside = outside(in, facts);
    Settings settings = settings(in);
    List<String> obstacles = PlanText.obstacles(facts);
    if (!facts.active()) {
      throw CommandException.negative("this node is not the active one: run it there");
    }
    if (!obstacles.isEmpty() && !in.has("force")) {
      throw CommandException.negative(String.join("; ", obstacles) + " (see --force)");
    }
    out.out(PlanText.of(facts, DrillPlan.of(facts, interval(in)), interval(in), outside));
    if (!in.has("yes") && !Consent.given(out, "drill run disturbs " + facts.node() + " now.")) {
      return;
    }
    DrillRecord record =
        new DrillRunner(socket(), settings, facts, outside, ToolCommands.versionText(), out)
            .run(in.arguments());
    finish(settings.directory(), record, out);
  }

  private static Settings settings(Invocation in) throws CommandException {
    String via =
        in.value("via")
            .filter(v -> !v.isBlank())
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "drill run: missing --via COMMAND: probes come from a host behind the pair,"
                            + " for example --via 'ssh HOST'"));
    Optional<String> source = in.value("source");
    if (source.isPresent() && !source.get().matches("[0-9a-fA-F.:]+")) {
      throw CommandException.data("--source: expected an address: " + source.get());
    }
    Path directory =
        in.path(in.value("out").orElse("pollux-drill-" + LocalDateTime.now().format(STAMP)));
    if (Files.exists(directory)) {
      throw CommandException.data(directory + " exists and is not overwritten");
    }
    return new Settings(
        List.of(via.strip().split(" +")),
        source,
        interval(in),
        in.number("size", 16, 8000).orElse(1000),
        in.number("mttr", 1, 3_600_000),
        in.number("tolerance", 1, 3_600_000).orElse(500),
        in.number("give-up", 5, 3600).orElse(60),
        in.has("capture"),
        directory);
  }

  private static void report(Invocation in, Output out) throws CommandException {
    here(out);
    Path directory = in.path(in.require(0, "DIRECTORY"));
    try {
      DrillRecord record = DrillRecord.parse(Files.readString(directory.resolve(Report.EVIDENCE)));
      if (in.json()) {
        List<Criterion> criteria = Judge.judge(record);
        var sums = Report.checksums(directory);
        Report.write(directory, record);
        out.json(j -> Report.write(record, criteria, sums, j));
        out.exit(Criterion.allHold(criteria) ? ExitStatus.OK : ExitStatus.NEGATIVE);
      } else {
        finish(directory, record, out);
      }
    } catch (IOException e) {
      throw CommandException.data(directory + ": no evidence of a drill: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw CommandException.data(directory.resolve(Report.EVIDENCE) + ": " + e.getMessage());
    }
  }

  private static void finish(Path directory, DrillRecord record, Output out)
      throws CommandException {
    try {
      boolean holds = Report.write(directory, record);
      out.out(Report.text(Judge.judge(record)));
      out.line(directory.resolve("report.html").toString());
      out.exit(holds ? ExitStatus.OK : ExitStatus.NEGATIVE);
    } catch (IOException e) {
      throw CommandException.data(directory + ": " + e.getMessage());
    }
  }
}
