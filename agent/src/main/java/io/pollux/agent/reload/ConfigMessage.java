package io.pollux.agent.reload;

import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the nodes tell each other about their configurations, as text in control messages. */
public sealed interface ConfigMessage {
  /** The digest over all. */
  record Whole(String digest) implements ConfigMessage {}

  /**
   * One page of a {@link ConfigDigest}.
   *
   * @param whole of which configuration
   * @param page from 0
   */
  record Page(String whole, int page, int pages, ConfigDigest part) implements ConfigMessage {}

  /** First line of the messages. */
  String WHOLE = "config";

  /** First line of the pages. */
  String PAGE = "config-page";

  /** Octets of a page at most, well below what a control message may have. */
  int PAGE_OCTETS = 48 << 10;

  static Octets encode(String whole) {
    return octets(WHOLE + "\n" + whole);
  }

  /** The pages of {@code digest}. */
  static List<Octets> encode(ConfigDigest digest) {
    List<StringBuilder> bodies = new ArrayList<>(List.of(new StringBuilder()));
    digest.groups().forEach((name, value) -> add(bodies, "G " + value + " " + name));
    digest.keys().forEach((name, value) -> add(bodies, "K " + value + " " + name));
    List<Octets> pages = new ArrayList<>();
    for (StringBuilder body : bodies) {
      pages.add(
          octets(
              PAGE
                  + "\n"
                  + digest.whole()
                  + " "
                  + pages.size()
                  + " "
                  + bodies.size()
                  + "\n"
                  + body));
    }
    return pages;
  }

  private static void add(List<StringBuilder> bodies, String line) {
    if (bodies.getLast().length() + line.length() > PAGE_OCTETS / 3) { // of three octets at most
      bodies.add(new StringBuilder());
    }
    bodies.getLast().append(line).append('\n');
  }

  private static Octets octets(String text) {
    return Octets.owning(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Empty if it is none of these; a line that cannot be read is skipped. */
  static Optional<ConfigMessage> decode(Octets octets) {
    String[] lines = new String(octets.toArray(), StandardCharsets.UTF_8).split("\n");
    if (lines.length < 2) {
      return Optional.empty();
    }
    if (lines[0].equals(WHOLE)) {
      return Optional.of(new Whole(lines[1]));
    }
    String[] head = lines[1].split(" ");
    if (!lines[0].equals(PAGE) || head.length != 3) {
      return Optional.empty();
    }
    SortedMap<String, String> groups = new TreeMap<>();
    SortedMap<String, String> keys = new TreeMap<>();
    for (String line : List.of(lines).subList(2, lines.length)) {
      String[] parts = line.split(" ", 3);
      if (parts.length == 3) {
        Map<String, String> into = parts[0].equals("G") ? groups : keys;
        into.put(parts[2], parts[1]);
      }
    }
    try {
      return Optional.of(
          new Page(
              head[0],
              Integer.parseInt(head[1]),
              Integer.parseInt(head[2]),
              new ConfigDigest(groups, keys)));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
