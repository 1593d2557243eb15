package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandRegistry;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Every command of polluxctl. */
public final class Commands {
  private static final long ANSWER_SECONDS =
      5; // a thread that takes longer to look is itself the news

  private Commands() {}

  /** Those of a running daemon. */
  public static CommandRegistry online(Gateway gateway) {
    List<Command> all = new ArrayList<>(List.of(ToolCommands.version()));
    ToolCommands.local().forEach(c -> all.add(new ElsewhereCommand(c)));
    all.addAll(new SaCommands(gateway).all());
    all.addAll(new HaCommands(gateway).all());
    all.addAll(new DaemonCommands(gateway).all());
    all.add(new ReloadCommand(gateway).command());
    all.add(new DiagnoseCommand(gateway).command());
    all.addAll(DrillCommands.all()); // for help and completion: they run in polluxctl's process
    all.add(new DrillFactsCommand(gateway).command());
    return new CommandRegistry(all);
  }

  /** Those that need no daemon. */
  public static CommandRegistry offline() {
    List<Command> all = new ArrayList<>(ToolCommands.local());
    all.add(ToolCommands.version());
    all.addAll(DrillCommands.all());
    return new CommandRegistry(all);
  }

  /** "1 connection", "2 connections". */
  static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /** How an order ended, as text or JSON, and as exit status. */
  static void answer(Gateway.Result result, Invocation in, Output out) {
    if (in.json()) {
      out.json(j -> j.field("ok", result.ok()).field("message", result.message()));
    } else if (result.ok()) {
      out.line(result.message());
    } else {
      out.errorLine("polluxctl: " + result.message());
    }
    out.exit(result.ok() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }

  static <T> T get(CompletableFuture<T> answer) throws Exception {
    return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
  }
}
