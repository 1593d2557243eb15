package io.pollux.agent.runtime;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandRegistry;
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
  static CommandRegistry online(Daemon daemon) {
    List<Command> all = new ArrayList<>(ToolCommands.all());
    all.addAll(new SaCommands(daemon).all());
    all.addAll(new HaCommands(daemon).all());
    all.addAll(new DaemonCommands(daemon).all());
    return new CommandRegistry(all);
  }

  /** Those that need no daemon. */
  public static CommandRegistry offline() {
    return new CommandRegistry(ToolCommands.all());
  }

  static <T> T get(CompletableFuture<T> answer) throws Exception {
    return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
  }
}
