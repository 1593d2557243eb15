import io.pollux.agent.commands.Commands;
import io.pollux.agent.commands.Gateway;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.Flag;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code Complete BASH ZSH FOLDER}: the completions of both shells, from the templates BASH and ZSH and from the
 * daemon's own list of commands, into FOLDER. Run with the product's class path.
 */
final class Complete {
  private Complete() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[2]));
    List<Command> commands = commands();
    write(Path.of(args[0]), folder.resolve("polluxctl"), Map.of("FIRST", first(commands), "SECOND", bash(commands)));
    write(Path.of(args[1]), folder.resolve("_polluxctl"), Map.of("FIRST", described(commands), "SECOND", zsh(commands)));
  }

  /** What a running daemon offers; nothing is called, so nothing has to stand behind it. */
  private static List<Command> commands() {
    Gateway nobody =
        (Gateway)
            Proxy.newProxyInstance(
                Gateway.class.getClassLoader(),
                new Class<?>[] {Gateway.class},
                (_, method, _) -> {
                  throw new IllegalStateException(method + " while only names were asked for");
                });
    return Commands.online(nobody).commands().stream().filter(c -> !c.name().startsWith("lab ")).toList();
  }

  private static String first(List<Command> commands) {
    return String.join(" ", new TreeSet<>(commands.stream().map(c -> c.name().split(" ")[0]).toList()));
  }

  /** Second words and options of each first word: {@code ha) words='audit …'}. */
  private static String bash(List<Command> commands) {
    StringBuilder text = new StringBuilder();
    words(commands).forEach((word, next) ->
        text.append("    ").append(word).append(") words='").append(String.join(" ", next)).append("' ;;\n"));
    return text.append("    help) words='").append(first(commands)).append("' ;;").toString();
  }

  private static String zsh(List<Command> commands) {
    StringBuilder text = new StringBuilder();
    words(commands).forEach((word, next) ->
        text.append("    ").append(word).append(") list=(").append(String.join(" ", next)).append(") ;;\n"));
    return text.append("    help) list=(").append(first(commands)).append(") ;;").toString();
  }

  private static Map<String, TreeSet<String>> words(List<Command> commands) {
    Map<String, TreeSet<String>> words = new TreeMap<>();
    for (Command command : commands) {
      String[] name = command.name().split(" ");
      if (name[0].equals("help")) {
        continue;
      }
      TreeSet<String> next = words.computeIfAbsent(name[0], _ -> new TreeSet<>());
      if (name.length > 1) {
        next.add(name[1]);
      }
      for (Flag flag : command.flags()) {
        next.add("--" + flag.name());
      }
      next.add("--help");
      next.add("--json");
      if (command.watchable()) {
        next.add("--watch");
      }
    }
    return words;
  }

  /** {@code 'word:what it does'} for zsh; a group of commands has no summary of its own. */
  private static String described(List<Command> commands) {
    Map<String, String> lines = new TreeMap<>();
    for (Command command : commands) {
      String[] name = command.name().split(" ");
      lines.merge(name[0], name.length > 1 ? "" : command.summary(), (a, b) -> a.isEmpty() ? b : a);
    }
    List<String> items = new ArrayList<>();
    lines.forEach((word, summary) ->
        items.add("    '" + word + (summary.isEmpty() ? "" : ":" + summary.replace("'", "'\\''").replace(":", "\\:")) + "'"));
    return String.join("\n", items);
  }

  private static void write(Path template, Path to, Map<String, String> values) throws Exception {
    String text = Files.readString(template);
    for (var value : values.entrySet()) {
      text = text.replace("@" + value.getKey() + "@", value.getValue());
    }
    Files.writeString(to, text);
  }
}
