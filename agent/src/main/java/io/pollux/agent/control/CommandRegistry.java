package io.pollux.agent.control;

import io.pollux.agent.text.Spelling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All commands by name: finds the one that was meant, checks that the caller may, runs it, turns
 * failures into answers.
 */
public final class CommandRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(CommandRegistry.class);

  private final Map<String, Command> commands = new TreeMap<>();
  private final int mostWords;

  /**
   * A registry with these commands and {@code help}.
   *
   * @throws IllegalArgumentException two of one name
   */
  public CommandRegistry(List<? extends Command> all) {
    List<Command> list = new ArrayList<>(all);
    list.add(new HelpCommand(this));
    for (Command command : list) {
      if (commands.put(command.name(), command) != null) {
        throw new IllegalArgumentException("two commands named " + command.name());
      }
    }
    mostWords = list.stream().mapToInt(c -> c.name().split(" ").length).max().orElse(1);
  }

  /** All commands, by name. */
  public List<Command> commands() {
    return List.copyOf(commands.values());
  }

  Optional<Command> find(String name) {
    return Optional.ofNullable(commands.get(name));
  }

  /** Those whose names begin with these words: {@code ha} has {@code ha status} and others. */
  List<Command> below(String words) {
    return commands.values().stream().filter(c -> c.name().startsWith(words + " ")).toList();
  }

  /**
   * Runs a command for the offline tool, with all rights: the permissions of the files decide.
   *
   * @return the exit status
   */
  public int runOffline(List<String> words, Console console) {
    dispatch(words, Access.Right.ALL, Caller.self(), console);
    return console.status();
  }

  /** Answers a request completely; whatever goes wrong becomes a line and a status. */
  void dispatch(List<String> words, Access.Right right, Caller caller, Output out) {
    try {
      run(normalize(words), right, caller, out);
    } catch (CommandException e) {
      fail(out, e.status(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(out, ExitStatus.UNAVAILABLE, "polluxd is stopping");
    } catch (Exception e) {
      LOG.warn(
          "command {} of {} failed",
          words.isEmpty() ? "" : Table.clean(words.getFirst()),
          caller,
          e);
      fail(out, ExitStatus.INTERNAL, "internal error: " + e);
    }
  }

  private static void fail(Output out, int status, String message) {
    out.errorLine("polluxctl: " + Table.clean(String.valueOf(message)));
    out.exit(status);
  }

  /**
   * {@code --json status} means {@code status --json}; no words at all, {@code --help} and {@code
   * --version} are commands.
   */
  private static List<String> normalize(List<String> words) {
    if (words.isEmpty()) {
      return List.of("help");
    }
    List<String> rest = words.subList(1, words.size());
    return switch (words.getFirst()) {
      case "--help", "-h" -> concat("help", rest);
      case "--version" -> concat("version", rest);
      case "--json" -> {
        List<String> moved = new ArrayList<>(normalize(rest));
        moved.add("--json");
        yield moved;
      }
      default -> words;
    };
  }

  private static List<String> concat(String first, List<String> rest) {
    List<String> words = new ArrayList<>(rest);
    words.addFirst(first);
    return words;
  }

  private void run(List<String> words, Access.Right right, Caller caller, Output out)
      throws Exception {
    int length = Math.min(mostWords, words.size());
    while (length > 0 && !commands.containsKey(String.join(" ", words.subList(0, length)))) {
      length--;
    }
    boolean asks = words.contains("--help") || words.contains("-h");
    if (length == 0 && asks && !below(words.getFirst()).isEmpty()) {
      run(List.of("help", words.getFirst()), right, caller, out);
      return;
    }
    if (length == 0) {
      throw CommandException.usage(unknown(words));
    }
    Command command = commands.get(String.join(" ", words.subList(0, length)));
    permit(command, right);
    Invocation in =
        Invocation.parse(command, words.subList(length, words.size()), out.terminal(), caller);
    if (in.help()) {
      out.out(HelpCommand.of(command));
    } else if (in.watchSeconds().isPresent()) {
      watch(command, in, out, Duration.ofSeconds(in.watchSeconds().getAsLong()));
    } else {
      command.run(in, out);
    }
  }

  private static void permit(Command command, Access.Right right) throws CommandException {
    boolean allowed =
        switch (right) {
          case ALL -> true;
          case READ -> command.readOnly();
          case NONE -> false;
        };
    if (!allowed) {
      String who =
          command.readOnly()
              ? "be root or in group " + Access.GROUP + " or " + Access.MONITOR_GROUP
              : "be root or in group " + Access.GROUP;
      throw new CommandException(
          ExitStatus.PERMISSION, "no permission for " + command.name() + ": " + who);
    }
  }

  private String unknown(List<String> words) {
    String first = words.getFirst();
    List<Command> below = below(first);
    if (!below.isEmpty()) {
      String names = String.join(", ", below.stream().map(Command::name).toList());
      return words.size() == 1
          ? first + " what? There are: " + names
          : "unknown command " + first + " " + words.get(1) + ". There are: " + names;
    }
    String near = Spelling.nearest(first, commands.keySet());
    String guess = near.isEmpty() ? " (see: polluxctl help)" : ". Did you mean " + near + "?";
    return "unknown command " + first + guess;
  }

  /**
   * Again and again until nobody reads: on a terminal in place of the last answer, elsewhere below
   * it.
   */
  private static void watch(Command command, Invocation in, Output out, Duration pause)
      throws Exception {
    do {
      Capture capture = new Capture(out);
      String clear = out.terminal().tty() ? "\u001b[H\u001b[2J" : "";
      try {
        command.run(in, capture);
        out.out(clear + capture.text());
      } catch (CommandException e) {
        if (e.status() != ExitStatus.UNAVAILABLE) {
          throw e;
        }
        out.out(clear); // whoever watches wants to see when it answers again
        out.errorLine("polluxctl: " + Table.clean(e.getMessage()));
      }
    } while (!out.awaitClosed(pause));
  }
}
