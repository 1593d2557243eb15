package io.pollux.agent.control;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was asked of a command: its arguments and flags, parsed and checked against what it
 * declares.
 */
public final class Invocation {
  private static final int DEFAULT_WATCH_SECONDS = 2;
  private static final int MOST_WATCH_SECONDS = 3600;

  private final Command command;
  private final Terminal terminal;
  private final Caller caller;
  private final List<String> arguments = new ArrayList<>();
  private final Map<String, String> flags = new LinkedHashMap<>();

  private Invocation(Command command, Terminal terminal, Caller caller) {
    this.command = command;
    this.terminal = terminal;
    this.caller = caller;
  }

  /** Parses what followed the command's name. */
  static Invocation parse(Command command, List<String> words, Terminal terminal, Caller caller)
      throws CommandException {
    Invocation in = new Invocation(command, terminal, caller);
    boolean onlyArguments = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (onlyArguments || !word.startsWith("-") || word.equals("-")) {
        in.arguments.add(word);
      } else if (word.equals("--")) {
        onlyArguments = true;
      } else if (in.flag(word, i + 1 < words.size() ? words.get(i + 1) : null)) {
        i++;
      }
    }
    if (!in.help() && in.arguments.size() > command.maxArguments()) {
      throw in.misuse("too many arguments: " + in.arguments.get(command.maxArguments()));
    }
    return in;
  }

  /** Takes one flag; true if the next word was its value. */
  private boolean flag(String word, String next) throws CommandException {
    int equals = word.indexOf('=');
    String name = (equals < 0 ? word : word.substring(0, equals)).replaceFirst("^--?", "");
    String inline = equals < 0 ? null : word.substring(equals + 1);
    if (word.equals("-h")) {
      name = "help";
    } else if (!word.startsWith("--")) {
      throw misuse("unknown flag " + word);
    }
    if (name.equals("watch") && command.watchable()) {
      flags.put(name, inline == null ? Integer.toString(DEFAULT_WATCH_SECONDS) : inline);
      return false;
    }
    boolean takesValue = takesValue(name, word);
    if (!takesValue && inline != null) {
      throw misuse("--" + name + " takes no value");
    }
    if (takesValue && inline == null && next == null) {
      throw misuse("--" + name + " needs a value");
    }
    flags.put(name, !takesValue ? "" : inline != null ? inline : next);
    return takesValue && inline == null;
  }

  private boolean takesValue(String name, String word) throws CommandException {
    if (name.equals("json") || name.equals("help")) {
      return false;
    }
    for (Flag flag : command.flags()) {
      if (flag.name().equals(name)) {
        return flag.takesValue();
      }
    }
    throw misuse("unknown flag " + word);
  }

  private CommandException misuse(String message) {
    return CommandException.usage(message + " (see: polluxctl help " + command.name() + ")");
  }

  /** All arguments that are no flags. */
  public List<String> arguments() {
    return List.copyOf(arguments);
  }

  /** The argument at this place, if it was given. */
  public Optional<String> argument(int index) {
    return index < arguments.size() ? Optional.of(arguments.get(index)) : Optional.empty();
  }

  /**
   * The argument at this place.
   *
   * @param what its name as in the synopsis
   * @throws CommandException with status 64 if it is missing
   */
  public String require(int index, String what) throws CommandException {
    if (index >= arguments.size()) {
      throw misuse("missing " + what);
    }
    return arguments.get(index);
  }

  /** Whether this declared flag was given. */
  public boolean has(String flag) {
    declared(flag);
    return flags.containsKey(flag);
  }

  /** The value of this declared flag, if it was given. */
  public Optional<String> value(String flag) {
    declared(flag);
    return Optional.ofNullable(flags.get(flag));
  }

  /**
   * The value of this declared flag as a number.
   *
   * @throws CommandException with status 64 if it is none, or not in the range
   */
  public OptionalLong number(String flag, long least, long most) throws CommandException {
    Optional<String> text = value(flag);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(parseNumber(flag, text.get(), least, most));
  }

  private long parseNumber(String flag, String text, long least, long most)
      throws CommandException {
    try {
      long number = Long.decode(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw misuse("--" + flag + ": expected a number from " + least + " to " + most + ": " + text);
  }

  /**
   * A command may only look at what it declares: otherwise the flag could never have been given.
   */
  private void declared(String name) {
    if (command.flags().stream().noneMatch(f -> f.name().equals(name))) {
      throw new IllegalArgumentException(command.name() + " does not declare --" + name);
    }
  }

  /** The file that this argument names, seen from the caller's directory. */
  public Path path(String argument) throws CommandException {
    try {
      return terminal.cwd().resolve(argument).normalize();
    } catch (InvalidPathException e) {
      throw CommandException.data("not a path: " + e.getReason());
    }
  }

  /** {@code --json}: the answer is for a program. */
  public boolean json() {
    return flags.containsKey("json");
  }

  boolean help() {
    return flags.containsKey("help");
  }

  /** {@code --watch}: seconds between two answers. */
  OptionalLong watchSeconds() throws CommandException {
    String text = flags.get("watch");
    return text == null
        ? OptionalLong.empty()
        : OptionalLong.of(parseNumber("watch", text, 1, MOST_WATCH_SECONDS));
  }

  /** Where the answer will be read. */
  public Terminal terminal() {
    return terminal;
  }

  /** Who asks. */
  public Caller caller() {
    return caller;
  }
}
