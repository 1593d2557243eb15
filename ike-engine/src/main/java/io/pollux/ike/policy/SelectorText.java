package io.pollux.ike.policy;

import io.pollux.ike.sad.TrafficSelector;
import java.util.Map;

/**
 * Traffic selectors as operators write them: {@code 10.1.0.0/24}, {@code 10.1.0.0/24[tcp/443]},
 * {@code 10.1.0.0/24[udp/5000-5007]}, {@code 10.1.0.0/24[icmp/8]}, {@code [sctp]}, {@code [47]}
 * (RFC 7296 section 3.13.1).
 */
public final class SelectorText {
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int MAX_PORT = 65535;
  private static final Map<String, Integer> PROTOCOLS =
      Map.of(
          "any",
          0,
          "icmp",
          ICMP,
          "tcp",
          6,
          "udp",
          17,
          "gre",
          47,
          "ipv6-icmp",
          ICMPV6,
          "icmpv6",
          ICMPV6,
          "ospf",
          89,
          "sctp",
          132,
          "vrrp",
          112);

  private SelectorText() {}

  /**
   * One selector.
   *
   * @throws IllegalArgumentException that says what is wrong with it
   */
  public static TrafficSelector parse(String text) {
    int bracket = text.indexOf('[');
    if (bracket < 0) {
      return Prefix.parse(text).selector();
    }
    if (!text.endsWith("]")) {
      throw new IllegalArgumentException("expected ] at the end of '" + text + "'");
    }
    TrafficSelector all = Prefix.parse(text.substring(0, bracket)).selector();
    String[] parts = text.substring(bracket + 1, text.length() - 1).split("/", -1);
    if (parts.length > 2) {
      throw new IllegalArgumentException("expected [PROTOCOL/PORT] in '" + text + "'");
    }
    int protocol = protocol(parts[0], text);
    int[] ports = parts.length == 1 ? new int[] {0, MAX_PORT} : ports(parts[1], protocol, text);
    return new TrafficSelector(all.from(), all.to(), protocol, ports[0], ports[1]);
  }

  private static int protocol(String word, String text) {
    Integer named = PROTOCOLS.get(word);
    if (named != null) {
      return named;
    }
    return number(word, 255, text);
  }

  private static int[] ports(String word, int protocol, String text) {
    if (word.equals("any")) {
      return new int[] {0, MAX_PORT};
    }
    if (word.equals("opaque")) {
      return new int[] {MAX_PORT, 0};
    }
    if (protocol == 0) {
      throw new IllegalArgumentException("ports without a protocol in '" + text + "'");
    }
    int dash = word.indexOf('-');
    boolean icmp = protocol == ICMP || protocol == ICMPV6;
    int limit = icmp ? 255 : MAX_PORT;
    int first = number(dash < 0 ? word : word.substring(0, dash), limit, text);
    int last = dash < 0 ? first : number(word.substring(dash + 1), limit, text);
    if (first > last) {
      throw new IllegalArgumentException("ports in the wrong order in '" + text + "'");
    }
    return icmp ? new int[] {first << 8, last << 8 | 255} : new int[] {first, last};
  }

  private static int number(String word, int limit, String text) {
    if (!word.matches("[0-9]{1,5}") || Integer.parseInt(word) > limit) {
      throw new IllegalArgumentException(
          "'" + word + "' in '" + text + "' is neither a name nor 0 to " + limit);
    }
    return Integer.parseInt(word);
  }
}
