package io.pollux.agent.runtime;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import io.pollux.agent.log.LogRing;
import io.pollux.ike.engine.EngineStatistics;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Commands about the daemon itself. */
final class DaemonCommands {
  private static final int WAITING_EVENTS = 1000;
  private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");

  private final Daemon daemon;

  DaemonCommands(Daemon daemon) {
    this.daemon = daemon;
  }

  List<Command> all() {
    return List.of(
        SimpleCommand.look("status", "", "the daemon at a glance", 0, this::status),
        new SimpleCommand(
            "events",
            "",
            "print what happens, until interrupted",
            "",
            true,
            false,
            0,
            List.of(),
            this::events),
        SimpleCommand.change(
            "log level", "LEVEL", "error, warn, info, debug or trace", 1, this::logLevel),
        SimpleCommand.change(
            "lab freeze-sync",
            "",
            "experiments only: stop telling the standby counters",
            0,
            this::freeze));
  }

  private void status(Invocation in, Output out) throws Exception {
    record Engine(List<IkeSaSnapshot> sas, EngineStatistics statistics, int heldBack) {}
    Engine engine =
        Commands.get(
            daemon
                .sas()
                .look(
                    v ->
                        new Engine(
                            v.sas(System.nanoTime()),
                            v.engine().statistics(),
                            v.replication().heldBack())));
    long children = engine.sas.stream().mapToLong(s -> s.children().size()).sum();
    var memory = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    if (in.json()) {
      out.json(
          j ->
              j.field("node", daemon.config().node().name())
                  .field("state", daemon.state())
                  .field("ikeSas", engine.sas.size())
                  .field("childSas", children)
                  .field("halfOpen", engine.statistics.halfOpen())
                  .field("heldBack", engine.heldBack)
                  .field("heapUsedBytes", memory.getUsed())
                  .field("threads", threads)
                  .field("logLinesDropped", daemon.log().droppedLines())
                  .field("datagramsReceived", daemon.ike().receivedCount.sum())
                  .field("datagramsSent", daemon.ike().sent.sum())
                  .field("datagramsFlooded", daemon.sas().flooded.sum())
                  .object("engine", o -> engine.statistics.counters().forEach(o::field)));
      return;
    }
    out.line("node:     " + daemon.config().node().name() + ", " + daemon.state());
    out.line(
        "SAs:      "
            + engine.sas.size()
            + " IKE, "
            + children
            + " Child, "
            + engine.statistics.halfOpen()
            + " half-open");
    out.line(
        String.format(
            Locale.ROOT,
            "memory:   %.1f MiB heap used, %d threads",
            memory.getUsed() / 1048576.0,
            threads));
    out.line(
        "IKE:      "
            + daemon.ike().receivedCount.sum()
            + " datagrams received, "
            + daemon.ike().sent.sum()
            + " sent, "
            + daemon.sas().flooded.sum()
            + " dropped in floods");
    engine
        .statistics
        .counters()
        .forEach((name, value) -> out.line(String.format(Locale.ROOT, "  %-40s %d", name, value)));
  }

  private void events(Invocation in, Output out) throws Exception {
    BlockingQueue<String> lines = new ArrayBlockingQueue<>(WAITING_EVENTS);
    try (AutoCloseable _ = daemon.log().listen(lines::offer)) {
      while (!out.awaitClosed(Duration.ZERO)) {
        String line = lines.poll(500, TimeUnit.MILLISECONDS);
        if (line == null) {
          continue;
        }
        if (in.json()) {
          out.jsonLine(j -> j.field("line", line));
        } else {
          out.line(line);
        }
      }
    }
  }

  private void logLevel(Invocation in, Output out) throws CommandException {
    String level = in.require(0, "LEVEL");
    if (!LEVELS.contains(level)) {
      throw CommandException.usage(
          "log level: expected error, warn, info, debug or trace, not " + level);
    }
    LogRing.setLevel(level);
    out.line("log level is " + level);
  }

  private void freeze(Invocation in, Output out) throws Exception {
    if (!daemon.config().labUnsafe()) {
      throw new CommandException(
          ExitStatus.PERMISSION,
          "only with lab.unsafe = true in the configuration: it makes the next takeover lose traffic");
    }
    Commands.get(
        daemon
            .sas()
            .look(
                v -> {
                  v.counters().freeze();
                  return true;
                }));
    out.line("counters are not replicated any more until this daemon restarts");
  }
}
