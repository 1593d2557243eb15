package io.pollux.agent.control;

import java.util.List;

/** {@code help [COMMAND]}, made from what the commands say of themselves. */
final class HelpCommand implements Command {
  private static final String HEAD =
      """
      Usage: polluxctl [-s SOCKET] COMMAND [ARGUMENT]...

      """;
  private static final String TAIL =
      """

      Every command takes --json and --help. polluxctl help COMMAND says more.

      Exit status: 0 done or yes, 1 negative answer, 64 usage, 65 bad data, 69 daemon unavailable,
      70 internal error, 77 no permission, 78 configuration error, 130 interrupted.
      """;

  private final CommandRegistry registry;

  HelpCommand(CommandRegistry registry) {
    this.registry = registry;
  }

  @Override
  public String name() {
    return "help";
  }

  @Override
  public String synopsis() {
    return "[COMMAND]";
  }

  @Override
  public String summary() {
    return "what there is, or more about one command";
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  @Override
  public void run(Invocation in, Output out) throws CommandException {
    String name = String.join(" ", in.arguments());
    if (name.isEmpty()) {
      list(registry.commands(), in, out);
      return;
    }
    Command command = registry.find(name).orElse(null);
    List<Command> below = registry.below(name);
    if (command == null && below.isEmpty()) {
      throw CommandException.usage("unknown command " + name);
    }
    if (command != null && !in.json()) {
      out.out(of(command));
    } else {
      list(command != null ? List.of(command) : below, in, out);
    }
  }

  private static void list(List<Command> commands, Invocation in, Output out) {
    if (in.json()) {
      out.json(
          json ->
              json.objects(
                  "commands",
                  commands,
                  (to, c) ->
                      to.field("name", c.name())
                          .field("synopsis", c.synopsis())
                          .field("summary", c.summary())
                          .field("readOnly", c.readOnly())
                          .strings("flags", c.flags().stream().map(Flag::usage).toList())));
      return;
    }
    int width =
        commands.stream().mapToInt(c -> usage(c).length()).filter(n -> n <= 36).max().orElse(36);
    StringBuilder text = new StringBuilder(HEAD);
    for (Command command : commands) {
      String usage = usage(command);
      text.append("  ").append(usage);
      if (!command.summary().isEmpty()) {
        text.append(
            usage.length() > width
                ? "\n  " + " ".repeat(width)
                : " ".repeat(width - usage.length()));
        text.append("  ").append(command.summary());
      }
      text.append('\n');
    }
    out.out(text.append(TAIL).toString());
  }

  private static String usage(Command command) {
    return (command.name() + " " + command.synopsis()).strip();
  }

  /** The help of one command. */
  static String of(Command command) {
    StringBuilder text = new StringBuilder("Usage: polluxctl " + usage(command) + "\n");
    if (!command.summary().isEmpty()) {
      text.append('\n').append(capitalized(command.summary())).append(".\n");
    }
    if (!command.description().isEmpty()) {
      text.append('\n').append(command.description().strip()).append('\n');
    }
    text.append('\n');
    for (Flag flag : command.flags()) {
      flag(text, flag.usage(), flag.text());
    }
    if (command.watchable()) {
      flag(text, "--watch[=SECONDS]", "again and again, every 2 seconds");
    }
    flag(text, "--json", "for programs");
    if (!command.readOnly()) {
      text.append("\nNot for members of ").append(Access.MONITOR_GROUP).append(".\n");
    }
    return text.toString();
  }

  private static void flag(StringBuilder text, String usage, String what) {
    text.append("  ")
        .append(usage)
        .append(" ".repeat(Math.max(2, 24 - usage.length())))
        .append(what)
        .append('\n');
  }

  private static String capitalized(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
