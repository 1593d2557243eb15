package io.pollux.agent.commands;

import io.pollux.agent.config.ConfigException;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.Consent;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import io.pollux.agent.log.LogRing;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Commands about the daemon itself. */
final class DaemonCommands {
  private static final int WAITING_EVENTS = 1000;
  private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");

  private final Gateway gateway;

  DaemonCommands(Gateway gateway) {
    this.gateway = gateway;
  }

  List<Command> all() {
    return List.of(
        new StatusCommand(gateway).command(),
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
                "restart",
                "[--yes]",
                "start the daemon again; tunnels and their traffic go on",
                0,
                this::restart)
            .with(Consent.FLAG)
            .withDescription(
                "A node of a pair hands over first and comes back as standby. A gateway that is"
                    + " alone leaves its tunnels to the kernel, and the next daemon goes on with"
                    + " them. For an upgrade of the engine; systemctl restart ends the tunnels."
                    + " A configuration that is not valid is named, and nothing ends: exit status"
                    + " 78. Refused where the installed version needs another guard: systemctl"
                    + " restart."),
        SimpleCommand.change(
            "lab freeze-sync",
            "",
            "experiments only: stop telling the standby counters",
            0,
            this::freeze));
  }

  /** The guard does not start an engine again that ends because of its configuration. */
  private void restart(Invocation in, Output out) throws Exception {
    try {
      gateway.planReload();
    } catch (ConfigException wrong) {
      ReloadCommand.notValid(wrong, in, out);
      return;
    }
    if (in.has("yes") || Consent.given(out, new Announcements(gateway).restart())) {
      Commands.answer(gateway.restart(), in, out);
    }
  }

  private void events(Invocation in, Output out) throws Exception {
    BlockingQueue<String> lines = new ArrayBlockingQueue<>(WAITING_EVENTS);
    try (AutoCloseable _ = gateway.listen(lines::offer)) {
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
    Commands.answer(new Gateway.Result(true, "log level is " + level), in, out);
  }

  private void freeze(Invocation in, Output out) throws Exception {
    if (!gateway.config().labUnsafe()) {
      throw new CommandException(
          ExitStatus.PERMISSION,
          "only with lab.unsafe = true in the configuration: it makes the next takeover lose traffic");
    }
    Commands.get(gateway.freezeSync());
    Commands.answer(
        new Gateway.Result(true, "counters are not replicated any more until this daemon restarts"),
        in,
        out);
  }
}
