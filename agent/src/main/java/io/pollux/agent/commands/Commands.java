package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.CommandRegistry;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Every command of polluxctl. */
public final class Commands {
  private static final long ANSWER_SECONDS =
      5; // a thread that takes longer to look is itself the news

  private Commands() {}

  /** Those of a running daemon. */
  public static CommandRegistry online(Gateway gateway) {
    List<Command> all = new ArrayList<>(List.of(ToolCommands.version()));
    ToolCommands.local().forEach(c -> all.add(ElsewhereCommand.ofTheCaller(c)));
    all.addAll(answered(gateway));
    all.addAll(DrillCommands.all()); // for help and completion: they run in polluxctl's process
    return new CommandRegistry(all);
  }

  private static List<Command> answered(Gateway gateway) {
    List<Command> all = new ArrayList<>(new SaCommands(gateway).all());
    all.addAll(new HaCommands(gateway).all());
    all.addAll(new DaemonCommands(gateway).all());
    all.add(new ReloadCommand(gateway).command());
    all.add(new DiagnoseCommand(gateway).command());
    all.add(new DrillFactsCommand(gateway).command());
    return all;
  }

  /** Those that need no daemon, and the names and the help of all others. */
  public static CommandRegistry offline() {
    List<Command> all = new ArrayList<>(ToolCommands.local());
    all.add(ToolCommands.version());
    all.addAll(DrillCommands.all());
    answered(nobody()).forEach(c -> all.add(ElsewhereCommand.ofTheDaemon(c)));
    return new CommandRegistry(all);
  }

  /** Commands are made before they look at a gateway; this one is never looked at. */
  private static Gateway nobody() {
    return (Gateway)
        Proxy.newProxyInstance(
            Gateway.class.getClassLoader(),
            new Class<?>[] {Gateway.class},
            (_, method, _) -> {
              throw new IllegalStateException(method.getName() + " without a daemon");
            });
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

  /**
   * The answer of a thread of this daemon.
   *
   * @throws CommandException with status 69 if it does not come
   */
  static <T> T get(CompletableFuture<T> answer) throws Exception {
    return get(answer, ANSWER_SECONDS);
  }

  static <T> T get(CompletableFuture<T> answer, long seconds) throws Exception {
    try {
      return answer.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE,
          "a thread of polluxd has not answered for "
              + count(seconds, "second")
              + "; what it was asked may still happen");
    }
  }

  /** The same; empty if it does not come. */
  static <T> Optional<T> find(CompletableFuture<T> answer) throws Exception {
    try {
      return Optional.of(answer.get(ANSWER_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException late) {
      return Optional.empty();
    }
  }
}
