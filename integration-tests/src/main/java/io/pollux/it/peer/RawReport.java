package io.pollux.it.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A section of what {@code swanctl --raw} prints: sections, values and lists by name, in order.
 *
 * <pre>
 *   list-sa event {gw {state=ESTABLISHED child-sas {net-1 {spi-in=c0ffee01 local-ts=[10.1.0.0/24]}}}}
 * </pre>
 */
public record RawReport(
    Map<String, RawReport> sections, Map<String, String> values, Map<String, List<String>> lists) {

  /** The section NAME, or an empty one. */
  public RawReport section(String name) {
    return sections.getOrDefault(name, empty());
  }

  /** The value KEY of this section. */
  public Optional<String> value(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** Every section below this one whose parent section has the name PARENT, at any depth. */
  public Stream<RawReport> below(String parent) {
    return sections.entrySet().stream()
        .flatMap(
            entry ->
                entry.getKey().equals(parent)
                    ? entry.getValue().sections.values().stream()
                    : entry.getValue().below(parent));
  }

  /**
   * Reads the event lines of a report; words outside braces (the event's name, the reply) are
   * skipped. Each event's content becomes one element.
   */
  static List<RawReport> parse(String text, String event) {
    List<RawReport> events = new ArrayList<>();
    String start = event + " event {";
    for (String line : text.split("\n")) {
      if (line.startsWith(start)) {
        events.add(new Reader(line, start.length()).section());
      }
    }
    return events;
  }

  private static RawReport empty() {
    return new RawReport(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  /** Reads one line; values end at a space or a closing brace, as the tool never quotes. */
  private static final class Reader {
    /**
     * The tool's own keys are in lower case, which tells them from the attributes of a
     * distinguished name.
     */
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]*=|[^ =]+ ?\\{");

    private final String text;
    private int at;

    Reader(String text, int at) {
      this.text = text;
      this.at = at;
    }

    RawReport section() {
      RawReport section = empty();
      while (true) {
        skipSpaces();
        if (at >= text.length() || text.charAt(at) == '}') {
          at++;
          return section;
        }
        entry(section);
      }
    }

    private void entry(RawReport into) {
      String key = until("={ }");
      skipSpaces();
      char next = at < text.length() ? text.charAt(at) : '}';
      if (next == '{') {
        at++;
        into.sections.put(key, section());
      } else if (text.startsWith("=[", at)) {
        at += 2;
        String items = until("]");
        at++;
        into.lists.put(key, items.isBlank() ? List.of() : List.of(items.strip().split(" +")));
      } else if (next == '=') {
        at++;
        into.values.put(key, value());
      }
    }

    /**
     * A value may contain spaces: it goes on until a space that is followed by the next key, or a
     * closing brace.
     */
    private String value() {
      int from = at;
      while (at < text.length() && text.charAt(at) != '}') {
        if (text.charAt(at) == ' ' && keyFollows(at + 1)) {
          break;
        }
        at++;
      }
      return text.substring(from, at);
    }

    private boolean keyFollows(int from) {
      return KEY.matcher(text).region(from, text.length()).lookingAt();
    }

    private String until(String stops) {
      int from = at;
      while (at < text.length() && stops.indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(from, at);
    }

    private void skipSpaces() {
      while (at < text.length() && text.charAt(at) == ' ') {
        at++;
      }
    }
  }
}
