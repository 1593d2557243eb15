package io.pollux.agent.drill;

import io.pollux.agent.config.Prefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Where probes go.
 *
 * @param tunnel {@code CONNECTION/CHILD} that leads there
 * @param port of a TCP connect; empty = ICMP echo
 */
public record Target(InetAddress address, OptionalInt port, String tunnel) {
  /** Looked at when no target is named: one for each child, up to this many. */
  private static final int MOST_FOUND = 8;

  /** As an operator writes it. */
  public String text() {
    String host = address.getHostAddress();
    if (port.isEmpty()) {
      return host;
    }
    return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port.getAsInt();
  }

  /**
   * What these words mean: {@code ADDRESS}, {@code ADDRESS:PORT}, {@code [ADDRESS]:PORT}, {@code
   * CONNECTION} or {@code CONNECTION/CHILD}; of the last two, and of no words at all, candidates
   * that have to be tried. Each list is one target's candidates.
   *
   * @throws IllegalArgumentException a word that means nothing here
   */
  static List<List<Target>> of(List<String> words, List<Facts.Tunnel> tunnels) {
    List<List<Target>> all = new ArrayList<>();
    if (words.isEmpty()) {
      tunnels.stream().limit(MOST_FOUND).forEach(t -> all.add(candidates(t)));
    }
    for (String word : words) {
      List<Facts.Tunnel> named =
          tunnels.stream()
              .filter(t -> t.name().equals(word) || t.connection().equals(word))
              .toList();
      if (named.isEmpty()) {
        all.add(List.of(address(word, tunnels)));
      } else {
        named.forEach(t -> all.add(candidates(t)));
      }
    }
    return all;
  }

  private static List<Target> candidates(Facts.Tunnel tunnel) {
    return tunnel.remoteTs().stream()
        .flatMap(ts -> Range.parse(ts).candidates().stream())
        .map(a -> new Target(a, OptionalInt.empty(), tunnel.name()))
        .toList();
  }

  private static Target address(String word, List<Facts.Tunnel> tunnels) {
    String host = word;
    OptionalInt port = OptionalInt.empty();
    int colon = word.lastIndexOf(':');
    if (colon > 0
        && (word.startsWith("[") ? word.charAt(colon - 1) == ']' : word.indexOf(':') == colon)) {
      host = word.substring(0, colon).replaceAll("[\\[\\]]", "");
      port = OptionalInt.of(port(word, word.substring(colon + 1)));
    }
    InetAddress address;
    try {
      address = Prefix.parse(host).address();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: expected an address, ADDRESS:PORT, or a connection that is up",
              word),
          e);
    }
    for (Facts.Tunnel t : tunnels) {
      if (t.leadsTo(address)) {
        return new Target(address, port, t.name());
      }
    }
    throw new IllegalArgumentException(word + ": no tunnel that is up leads there");
  }

  private static int port(String word, String text) {
    if (text.matches("[0-9]{1,5}")
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) <= 65535) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException(word + ": expected a port from 1 to 65535 after the colon");
  }
}
