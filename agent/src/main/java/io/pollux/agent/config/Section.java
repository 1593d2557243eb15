package io.pollux.agent.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException.BadValue;
import com.typesafe.config.ConfigException.Null;
import com.typesafe.config.ConfigException.WrongType;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.pollux.agent.text.Spelling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One object of the configuration while it is read: remembers which keys were asked for, so that
 * {@link #done} can name those that nobody knows. A wrong value is noted in {@code problems} and
 * reading goes on with the default.
 */
final class Section {
  private final ConfigObject object;
  private final String path;
  private final List<ConfigProblem> problems;
  private final FileRights rights;
  private final Set<String> asked = new LinkedHashSet<>();

  Section(ConfigObject object, String path, List<ConfigProblem> problems, FileRights rights) {
    this.object = object;
    this.path = path;
    this.problems = problems;
    this.rights = rights;
  }

  /** Whose rights the files that it names are read with. */
  FileRights rights() {
    return rights;
  }

  ConfigOrigin origin() {
    return object.origin();
  }

  boolean has(String key) {
    asked.add(key);
    return object.containsKey(key);
  }

  /** The section {@code key}; an empty one if it is absent. */
  Section section(String key) {
    asked.add(key);
    ConfigValue value = object.get(key);
    if (value instanceof ConfigObject child) {
      return new Section(child, join(key), problems, rights);
    }
    if (value != null) {
      problem(key, "expected a section { ... }, found " + describe(value));
    }
    ConfigObject none =
        com.typesafe.config.ConfigFactory.empty()
            .root()
            .withOnlyKey("")
            .withOrigin(object.origin());
    return new Section(none, join(key), problems, rights);
  }

  /** The section {@code key} read by {@code reader}; empty if it is absent. */
  <T> Optional<T> optional(String key, Function<Section, T> reader) {
    return has(key) ? Optional.ofNullable(reader.apply(section(key))) : Optional.empty();
  }

  /** The sections inside {@code key} by name, in the order of the names. */
  Map<String, Section> named(String key) {
    Map<String, Section> all = new LinkedHashMap<>();
    Section outer = section(key);
    for (String name : new TreeSet<>(outer.object.keySet())) {
      all.put(name, outer.section(name));
    }
    outer.done();
    return all;
  }

  /** All keys with their string values, in the order of the keys: for maps whose keys are free. */
  Map<String, String> strings() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String name : new TreeSet<>(object.keySet())) {
      all.put(name, string(name, ""));
    }
    return all;
  }

  String string(String key, String absent) {
    return read(key, absent, "a string", config -> config.getString(quoted(key)));
  }

  String required(String key, String expected) {
    if (!has(key)) {
      problems.add(ConfigProblem.at(origin(), join(key), "is missing; expected " + expected));
      return "";
    }
    return string(key, "");
  }

  boolean bool(String key, boolean absent) {
    return read(key, absent, "true or false", config -> config.getBoolean(quoted(key)));
  }

  int integer(String key, int absent, int min, int max) {
    int value =
        read(
            key,
            absent,
            "a number from " + min + " to " + max,
            config -> config.getInt(quoted(key)));
    if (value < min || value > max) {
      problem(key, "is " + value + "; expected a number from " + min + " to " + max);
      return absent;
    }
    return value;
  }

  long amount(String key, long absent) {
    long value = read(key, absent, "a number, 0 or more", config -> config.getLong(quoted(key)));
    if (value < 0) {
      problem(key, "is " + value + "; expected a number, 0 or more");
      return absent;
    }
    return value;
  }

  /** A duration such as {@code 100ms}, {@code 1s}, {@code 8h}, in nanoseconds. */
  long durationNs(String key, long absentNs, long minNs, long maxNs) {
    String range = "a duration from " + duration(minNs) + " to " + duration(maxNs);
    long value =
        read(key, absentNs, range, config -> config.getDuration(quoted(key), TimeUnit.NANOSECONDS));
    if (has(key) && (value < minNs || value > maxNs)) {
      problem(key, "is " + duration(value) + "; expected " + range);
      return absentNs;
    }
    return value;
  }

  List<String> list(String key, List<String> absent, String expected) {
    return read(key, absent, "a list: " + expected, config -> config.getStringList(quoted(key)));
  }

  /** A list of strings, or one alone; empty if it is absent. */
  List<String> listOrOne(String key, String expected) {
    boolean one =
        object.get(key) != null
            && object.get(key).valueType() == com.typesafe.config.ConfigValueType.STRING;
    return one ? List.of(string(key, "")) : list(key, List.of(), expected);
  }

  /**
   * Reads with {@code parser}, which says what was expected in the message of its
   * IllegalArgumentException.
   */
  <T> Optional<T> parsed(String key, String text, Function<String, T> parser) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text));
    } catch (IllegalArgumentException wrong) {
      problem(key, "is \"" + text + "\"; " + wrong.getMessage());
      return Optional.empty();
    }
  }

  /** A required string, read with {@code parser}. */
  <T> Optional<T> requiredParsed(String key, String expected, Function<String, T> parser) {
    return parsed(key, required(key, expected), parser);
  }

  /** Every entry of a list, read with {@code parser}. */
  <T> List<T> parsedList(
      String key, List<String> absent, String expected, Function<String, T> parser) {
    List<T> all = new ArrayList<>();
    for (String text : list(key, absent, expected)) {
      parsed(key, text, parser).ifPresent(all::add);
    }
    return all;
  }

  void problem(String key, String message) {
    ConfigValue value = key.isEmpty() ? object : object.get(key);
    problems.add(ConfigProblem.at(value == null ? origin() : value.origin(), join(key), message));
  }

  /** Names the keys that nobody asked for. */
  void done() {
    for (String key : new TreeSet<>(object.keySet())) {
      if (!asked.contains(key)) {
        String near = Spelling.nearest(key, asked);
        problem(
            key,
            "is not a key of this section"
                + (near.isEmpty()
                    ? "; known here: " + String.join(", ", asked)
                    : "; did you mean " + near + "?"));
      }
    }
  }

  private <T> T read(String key, T absent, String expected, Function<Config, T> reader) {
    if (!has(key)) {
      return absent;
    }
    try {
      return reader.apply(object.toConfig());
    } catch (WrongType | BadValue | Null _) {
      problem(key, "is " + describe(object.get(key)) + "; expected " + expected);
      return absent;
    }
  }

  private String join(String key) {
    return key.isEmpty() ? path : path.isEmpty() ? key : path + "." + key;
  }

  private static String quoted(String key) {
    return ConfigUtil.quoteString(key);
  }

  private static String describe(ConfigValue value) {
    return value.valueType() == ConfigValueType.OBJECT
        ? "a section"
        : value.valueType() == ConfigValueType.LIST ? "a list" : value.render();
  }

  private static String duration(long ns) {
    if (ns >= 1_000_000_000L && ns % 1_000_000_000L == 0) {
      return ns / 1_000_000_000L + "s";
    }
    return ns % 1_000_000 == 0 ? ns / 1_000_000 + "ms" : ns + "ns";
  }
}
