package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import java.util.List;

/** A command from its parts. */
record SimpleCommand(
    String name,
    String synopsis,
    String summary,
    String description,
    boolean readOnly,
    boolean watchable,
    int maxArguments,
    List<Flag> flags,
    Body body)
    implements Command {

  /** What it does. */
  interface Body {
    void run(Invocation in, Output out) throws Exception;
  }

  /** Looks, and changes nothing. */
  static SimpleCommand look(
      String name, String synopsis, String summary, int maxArguments, Body body) {
    return new SimpleCommand(
        name, synopsis, summary, "", true, true, maxArguments, List.of(), body);
  }

  /** Changes something. */
  static SimpleCommand change(
      String name, String synopsis, String summary, int maxArguments, Body body) {
    return new SimpleCommand(
        name, synopsis, summary, "", false, false, maxArguments, List.of(), body);
  }

  SimpleCommand with(Flag... more) {
    return new SimpleCommand(
        name,
        synopsis,
        summary,
        description,
        readOnly,
        watchable,
        maxArguments,
        List.of(more),
        body);
  }

  SimpleCommand withDescription(String text) {
    return new SimpleCommand(
        name, synopsis, summary, text, readOnly, watchable, maxArguments, flags, body);
  }

  @Override
  public void run(Invocation in, Output out) throws Exception {
    body.run(in, out);
  }
}
