package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.Consent;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import java.util.List;
import java.util.Optional;

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

  /** What a command will do, in words with the facts; empty if it has nothing to destroy. */
  interface Announcement {
    Optional<String> of(Invocation in) throws Exception;
  }

  /**
   * Disturbs traffic or the pair: says what it will do and asks. With {@code --yes} it looks at
   * nothing first, so that another manager's order does not wait for a thread that hangs.
   */
  static SimpleCommand disruptive(
      String name,
      String synopsis,
      String summary,
      int maxArguments,
      Announcement announcement,
      Body body) {
    return change(
            name,
            (synopsis + " [--yes]").strip(),
            summary,
            maxArguments,
            (in, out) -> {
              Optional<String> what = in.has("yes") ? Optional.empty() : announcement.of(in);
              if (what.isEmpty() || Consent.given(out, what.get())) {
                body.run(in, out);
              }
            })
        .with(Consent.FLAG);
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
