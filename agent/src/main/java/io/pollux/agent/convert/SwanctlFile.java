package io.pollux.agent.convert;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The syntax of swanctl.conf(5): {@code section { key = value }}, comments behind {@code #}, values
 * to the end of the line or in double quotes.
 */
final class SwanctlFile {
  private SwanctlFile() {}

  /** A value and the line that it stands on. */
  record Value(String text, int line) {}

  /** A section; the order is the file's. */
  static final class Block {
    final int line;
    final Map<String, Value> values = new LinkedHashMap<>();
    final Map<String, Block> blocks = new LinkedHashMap<>();

    Block(int line) {
      this.line = line;
    }

    Optional<Value> value(String key) {
      return Optional.ofNullable(values.get(key));
    }

    Block block(String key) {
      return blocks.getOrDefault(key, new Block(line));
    }

    /** Blocks whose name is {@code prefix} or begins with {@code prefix-}. */
    List<Block> numbered(String prefix) {
      List<Block> all = new ArrayList<>();
      blocks.forEach(
          (name, block) -> {
            if (name.equals(prefix) || name.startsWith(prefix + "-")) {
              all.add(block);
            }
          });
      return Collections.unmodifiableList(all);
    }
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException with the line and what was expected
   */
  static Block parse(String text) {
    Block root = new Block(1);
    Deque<Block> open = new ArrayDeque<>(List.of(root));
    int line = 0;
    for (String raw : text.split("\n", -1)) {
      line++;
      String rest = withoutComment(raw).strip();
      while (!rest.isEmpty()) {
        int brace = rest.indexOf('{');
        int equals = rest.indexOf('=');
        if (rest.startsWith("}")) {
          if (open.size() == 1) {
            throw new IllegalArgumentException("line " + line + ": a } without its {");
          }
          open.pop();
          rest = rest.substring(1).strip();
        } else if (rest.startsWith("include ")) {
          throw new IllegalArgumentException(
              "line "
                  + line
                  + ": include is not followed; expected one file with everything in it");
        } else if (brace > 0 && (equals < 0 || brace < equals)) {
          int at = line;
          String name = rest.substring(0, brace).strip();
          Block block = open.peek().blocks.computeIfAbsent(name, _ -> new Block(at));
          open.push(block);
          rest = rest.substring(brace + 1).strip();
        } else if (equals > 0) {
          rest = value(open.peek(), rest, equals, line);
        } else {
          throw new IllegalArgumentException( // which is not quoted: it may be a secret
              "line " + line + ": expected a section {, key = value or }");
        }
      }
    }
    if (open.size() > 1) {
      throw new IllegalArgumentException("line " + open.peek().line + ": a { without its }");
    }
    return root;
  }

  /** Takes one value; returns what follows on the line. */
  private static String value(Block into, String rest, int equals, int line) {
    String key = rest.substring(0, equals).strip();
    String text = rest.substring(equals + 1).strip();
    if (text.startsWith("\"")) {
      int end = text.indexOf('"', 1);
      if (end < 0) {
        throw new IllegalArgumentException("line " + line + ": a string without its end");
      }
      into.values.put(key, new Value(text.substring(1, end), line));
      return text.substring(end + 1).strip();
    }
    int brace = text.indexOf('}');
    String own = brace < 0 ? text : text.substring(0, brace).strip();
    into.values.put(key, new Value(own, line));
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
