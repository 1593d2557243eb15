package io.pollux.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys of pollux.conf(5) by their full paths, from the headings of its entries. A default in
 * bold is a value, one in roman is described; in braces everything is bold.
 */
final class ManualPage {
  private static final Path PAGE =
      Path.of(System.getProperty("pollux.root", ".."), "packaging/man/pollux.conf.5");
  private static final Pattern GROUP = Pattern.compile("\\*([a-zA-Z.-]+) \\{ (.*) \\}");
  private static final Pattern ITEM =
      Pattern.compile("\\*?(?<name>[a-zA-Z0-9.-]+)(?: \\((?<bold>\\*?)(?<text>[^)]*)\\))?");
  private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  /**
   * What an entry says of a key.
   *
   * @param absent what stands behind it in parentheses; empty = nothing
   * @param value whether that is the value itself
   */
  record Entry(String absent, boolean value) {}

  private ManualPage() {}

  /** Every key that has an entry; NAME stands for names that are free. */
  static Map<String, Entry> keys() throws IOException {
    Map<String, Entry> all = new TreeMap<>();
    String prefix = "";
    boolean heading = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith(".SS ")) {
        prefix = plain(line.substring(4)).replace("authentication in ", "") + ".";
      } else if (heading && line.startsWith(".B")) {
        entry(prefix, joined(line), all);
      }
      heading = line.equals(".TP");
    }
    return all;
  }

  private static void entry(String prefix, String text, Map<String, Entry> into) {
    Matcher group = GROUP.matcher(text);
    if (group.matches() && group.group(2).contains("=")) { // a map: the names are free
      into.put(prefix + group.group(1), new Entry("", false));
    } else if (group.matches()) {
      items(prefix + group.group(1) + ".", group.group(2), true, into);
    } else {
      items(prefix, text, false, into);
    }
  }

  private static void items(String prefix, String text, boolean bold, Map<String, Entry> into) {
    Matcher item = ITEM.matcher(text);
    while (item.find()) {
      String absent = item.group("text") == null ? "" : item.group("text");
      boolean value = bold || "*".equals(item.group("bold"));
      if (into.put(prefix + item.group("name"), new Entry(absent, value)) != null) {
        throw new IllegalStateException(prefix + item.group("name") + " stands there twice");
      }
    }
  }

  /** The arguments of .B, or of .BR, where each other one is bold: marked with a star. */
  private static String joined(String line) {
    String text = plain(line.substring(line.indexOf(' ') + 1));
    if (line.startsWith(".B ")) {
      return "*" + text;
    }
    List<String> arguments = new ArrayList<>();
    Matcher argument = ARGUMENT.matcher(text.replace("\\ ", ""));
    while (argument.find()) {
      String quoted = argument.group(1);
      arguments.add(quoted == null ? argument.group(2) : quoted);
    }
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < arguments.size(); i++) {
      all.append(i % 2 == 0 ? "*" : "").append(arguments.get(i));
    }
    return all.toString();
  }

  private static String plain(String text) {
    return text.replace("\\-", "-").replaceAll("\\\\f[A-Z]", "");
  }
}
