package io.pollux.agent.convert;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The syntax of swanctl.conf(5): {@code section { key = value }}, comments behind {@code #}, values
 * to the end of the line or in double quotes.
 */
final class SwanctlFile {
  private static final Pattern INCLUDE =
      Pattern.compile("include[ \\t]+(?:\"([^\"]*)\"|(?!=)((?:\\\\.|[^\\s}\"\\\\])+))");

  /** A value and where it stands. */
  record Value(String text, Place place) {}

  /** A section; the order is the file's. */
  static final class Block {
    final Place place;
    final Map<String, Value> values = new LinkedHashMap<>();
    final Map<String, Block> blocks = new LinkedHashMap<>();

    Block(Place place) {
      this.place = place;
    }

    Optional<Value> value(String key) {
      return Optional.ofNullable(values.get(key));
    }

    Block block(String key) {
      return blocks.getOrDefault(key, new Block(place));
    }

    /** Blocks whose name begins with {@code prefix}. */
    List<Block> numbered(String prefix) {
      List<Block> all = new ArrayList<>();
      blocks.forEach(
          (name, block) -> {
            if (name.startsWith(prefix)) {
              all.add(block);
            }
          });
      return Collections.unmodifiableList(all);
    }
  }

  private final Includes includes;
  private final Deque<Block> open = new ArrayDeque<>();
  private String name = ""; // of a section whose brace is still to come

  private SwanctlFile(Includes includes) {
    this.includes = includes;
  }

  /**
   * Reads it and what it includes.
   *
   * @throws IllegalArgumentException with the line and what was expected
   */
  static Block parse(Source source, Includes includes) {
    SwanctlFile file = new SwanctlFile(includes);
    Block root = new Block(includes.place(1));
    file.open.push(root);
    file.lines(source);
    if (file.open.size() > 1) {
      throw new IllegalArgumentException(file.open.peek().place + ": a { without its }");
    }
    if (!file.name.isEmpty()) {
      throw new IllegalArgumentException("expected the { of the last section, found the end");
    }
    return root;
  }

  /** A section may begin in one file and end in another, as it does there. */
  private void lines(Source source) {
    int line = 0;
    for (String raw : source.text().split("\n", -1)) {
      line++;
      String rest = withoutComment(raw).strip();
      while (!rest.isEmpty()) {
        rest = statement(rest, line);
      }
    }
  }

  /** Takes one statement; returns what follows on the line. */
  private String statement(String rest, int line) {
    int brace = rest.indexOf('{');
    int equals = rest.indexOf('=');
    if (!name.isEmpty() && brace != 0) {
      throw new IllegalArgumentException( // its name may be half of a secret
          includes.place(line) + ": expected the { of the section named before");
    }
    Matcher include = INCLUDE.matcher(rest);
    if (rest.startsWith("}")) {
      if (open.size() == 1) {
        throw new IllegalArgumentException(includes.place(line) + ": a } without its {");
      }
      open.pop();
      return rest.substring(1).strip();
    }
    if (include.lookingAt()) {
      String pattern = include.group(1) == null ? include.group(2) : include.group(1);
      includes.follow(pattern, line, this::lines);
      return rest.substring(include.end()).strip();
    }
    if (brace >= 0 && (equals < 0 || brace < equals) && (brace > 0 || !name.isEmpty())) {
      Place at = includes.place(line);
      String section = brace == 0 ? name : rest.substring(0, brace).strip();
      name = "";
      open.push(open.peek().blocks.computeIfAbsent(section, _ -> new Block(at)));
      return rest.substring(brace + 1).strip();
    }
    if (equals > 0) {
      return value(open.peek(), rest, equals, includes.place(line));
    }
    if (rest.matches("[^\\s\"{}]+")) {
      name = rest; // its brace may stand on the next line
      return "";
    }
    throw new IllegalArgumentException( // which is not quoted: it may be a secret
        includes.place(line) + ": expected a section {, key = value or }");
  }

  /** Takes one value; returns what follows on the line. */
  private static String value(Block into, String rest, int equals, Place place) {
    String key = rest.substring(0, equals).strip();
    String text = rest.substring(equals + 1).strip();
    if (text.startsWith("\"")) {
      int end = text.indexOf('"', 1);
      if (end < 0) {
        throw new IllegalArgumentException(place + ": a string without its end");
      }
      into.values.put(key, new Value(text.substring(1, end), place));
      return text.substring(end + 1).strip();
    }
    int brace = text.indexOf('}');
    String own = brace < 0 ? text : text.substring(0, brace).strip();
    into.values.put(key, new Value(own, place));
    return brace < 0 ? "" : text.substring(brace);
  }

  private static String withoutComment(String line) {
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) == '"') {
        quoted = !quoted;
      } else if (line.charAt(i) == '#' && !quoted) {
        return line.substring(0, i);
      }
    }
    return line;
  }
}
