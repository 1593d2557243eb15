package io.pollux.agent.control;

import java.util.List;

/** Commands for the tests. */
final class TestCommands {
  private TestCommands() {}

  /** What a test command does. */
  interface Body {
    void run(Invocation in, Output out) throws Exception;
  }

  /** A command with a body. */
  record Simple(
      String name,
      String synopsis,
      boolean readOnly,
      boolean watchable,
      int maxArguments,
      List<Flag> flags,
      Body body)
      implements Command {
    @Override
    public String summary() {
      return "test of " + name;
    }

    @Override
    public void run(Invocation in, Output out) throws Exception {
      body.run(in, out);
    }
  }

  static Command reading(String name, Body body) {
    return new Simple(name, "[NAME]", true, true, 1, List.of(), body);
  }

  static Command changing(String name, Body body, Flag... flags) {
    return new Simple(name, "NAME...", false, false, Integer.MAX_VALUE, List.of(flags), body);
  }
}
