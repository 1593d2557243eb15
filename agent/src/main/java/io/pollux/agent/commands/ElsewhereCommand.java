package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import java.util.List;

/**
 * A command that runs in polluxctl's own process, as a daemon knows it: by name, for help and
 * completion. A daemon that ran it would read and write files with its own rights and not the
 * caller's.
 */
record ElsewhereCommand(Command command) implements Command {
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
    throw CommandException.usage(
        name() + " does not run inside the daemon: polluxd tool " + name() + " ...");
  }
}
