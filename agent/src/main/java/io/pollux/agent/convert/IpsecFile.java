package io.pollux.agent.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The syntax of ipsec.conf(5), strongSwan's and libreswan's: sections {@code config setup}, {@code
 * conn NAME} and {@code ca NAME}, each with indented {@code key=value} lines. {@code also=} takes
 * in another section; what a section says itself comes first, then what it takes in, then {@code
 * %default}.
 */
final class IpsecFile {
  private static final String DEFAULT = "%default";
  private static final String ALSO = "also";

  private final Map<String, Map<String, Section>> sections = new LinkedHashMap<>();

  private final Includes includes;
  private Section open;

  private IpsecFile(Includes includes) {
    this.includes = includes;
  }

  /** A value and where it stands. */
  record Value(String text, Place place) {}

  /** A section as it is written. */
  private static final class Section {
    final Place place;
    final Map<String, Value> values = new LinkedHashMap<>();
    final List<Value> also = new ArrayList<>();

    Section(Place place) {
      this.place = place;
    }
  }

  /**
   * A section with everything that it takes in.
   *
   * @param place where it begins
   */
  record Resolved(String name, Place place, Map<String, Value> values) {}

  /**
   * Reads it and what it includes.
   *
   * @throws IllegalArgumentException with the line and what was expected
   */
  static IpsecFile parse(Source source, Includes includes) {
    IpsecFile file = new IpsecFile(includes);
    file.lines(source);
    file.checkAlso();
    return file;
  }

  private void lines(Source source) {
    int line = 0;
    for (String raw : source.text().split("\n", -1)) {
      line++;
      String rest = withoutComment(raw);
      if (!rest.isBlank()) {
        statement(rest, line);
      }
    }
  }

  private void statement(String rest, int line) {
    Place at = includes.place(line);
    String[] words = rest.strip().split("\\s+", 3);
    if (words[0].equals("include") && words.length == 2 && !words[1].startsWith("=")) {
      includes.follow(unquoted(words[1], at), line, this::lines);
    } else if (Character.isWhitespace(rest.charAt(0))) {
      key(rest.strip(), at);
    } else if (words[0].equals("version") && words.length == 2) {
      open = null;
    } else if (List.of("config", "conn", "ca").contains(words[0]) && words.length == 2) {
      open =
          sections
              .computeIfAbsent(words[0], _ -> new LinkedHashMap<>())
              .computeIfAbsent(words[1], _ -> new Section(at));
    } else {
      throw new IllegalArgumentException(
          at
              + ": expected conn NAME, ca NAME, config setup, or an indented key=value; found "
              + words[0]);
    }
  }

  private void key(String rest, Place at) {
    int equals = rest.indexOf('=');
    if (open == null || equals <= 0) {
      throw new IllegalArgumentException(
          at + ": expected key=value inside of a section, found " + rest.split("\\s", 2)[0]);
    }
    String key = rest.substring(0, equals).strip();
    Value value = new Value(unquoted(rest.substring(equals + 1).strip(), at), at);
    if (key.equals(ALSO)) {
      open.also.add(value);
    } else {
      open.values.put(key, value);
    }
  }

  private static String unquoted(String text, Place at) {
    if (!text.startsWith("\"")) {
      return text;
    }
    if (text.length() < 2 || !text.endsWith("\"")) {
      throw new IllegalArgumentException(at + ": a string without its end");
    }
    return text.substring(1, text.length() - 1);
  }

  /** A comment starts at the beginning or behind white space: {@code @#ab} is an identity. */
  private static String withoutComment(String line) {
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '#' && !quoted && (i == 0 || Character.isWhitespace(line.charAt(i - 1)))) {
        return line.substring(0, i);
      }
    }
    return line;
  }

  private void checkAlso() {
    sections.forEach(
        (kind, all) ->
            all.values()
                .forEach(
                    section ->
                        section.also.forEach(
                            also -> {
                              if (!all.containsKey(also.text())) {
                                throw new IllegalArgumentException(
                                    "%s: there is no section %s %s"
                                        .formatted(also.place(), kind, also.text()));
                              }
                            })));
  }

  /** All sections of a kind but {@code %default}, in the order of the file. */
  List<Resolved> all(String kind) {
    Map<String, Section> all = sections.getOrDefault(kind, Map.of());
    List<Resolved> resolved = new ArrayList<>();
    all.forEach(
        (name, section) -> {
          if (!name.equals(DEFAULT)) {
            Map<String, Value> values = new LinkedHashMap<>();
            collect(all, name, values, new LinkedHashSet<>());
            collect(all, DEFAULT, values, new LinkedHashSet<>());
            resolved.add(new Resolved(name, section.place, values));
          }
        });
    return resolved;
  }

  /** Names of sections that others take in. */
  Set<String> templates(String kind) {
    Set<String> names = new LinkedHashSet<>();
    sections
        .getOrDefault(kind, Map.of())
        .values()
        .forEach(section -> section.also.forEach(also -> names.add(also.text())));
    return names;
  }

  private static void collect(
      Map<String, Section> all, String name, Map<String, Value> into, Set<String> seen) {
    Section section = all.get(name);
    if (section == null || !seen.add(name)) {
      return; // taken in already, by a circle perhaps
    }
    section.values.forEach(into::putIfAbsent);
    section.also.forEach(also -> collect(all, also.text(), into, seen));
  }
}
