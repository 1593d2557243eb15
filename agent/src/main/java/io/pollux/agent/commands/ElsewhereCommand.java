package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import java.util.List;

/**
 * A command that runs in another process than this one, and is known here for help and completion.
 *
 * @param status what a try to run it here ends with
 * @param why and the sentence, behind its name
 */
record ElsewhereCommand(Command command, int status, String why) implements Command {
  /**
   * One that runs in polluxctl's own process, as a daemon knows it. A daemon that ran it would read
   * and write files with its own rights and not the caller's.
   */
  static ElsewhereCommand ofTheCaller(Command command) {
    return new ElsewhereCommand(
        command,
        ExitStatus.USAGE,
        "does not run inside the daemon: polluxd tool " + command.name() + " ...");
  }

  /** One that a daemon answers, as the tool knows it. */
  static ElsewhereCommand ofTheDaemon(Command command) {
    return new ElsewhereCommand(
        command,
        ExitStatus.UNAVAILABLE,
        "is answered by a daemon that runs: polluxctl " + command.name() + " ...");
  }

  @Override
  public String name() {
    return command.name();
  }

  @Override
  public String synopsis() {
    return command.synopsis();
  }

  @Override
  public String summary() {
    return command.summary();
  }

  @Override
  public String description() {
    return command.description();
  }

  @Override
  public List<Flag> flags() {
    return command.flags();
  }

  @Override
  public int maxArguments() {
    return command.maxArguments();
  }

  @Override
  public boolean readOnly() {
    return command.readOnly();
  }

  @Override
  public boolean watchable() {
    return command.watchable();
  }

  @Override
  public void run(Invocation in, Output out) throws CommandException {
    throw new CommandException(status, name() + " " + why);
  }
}
