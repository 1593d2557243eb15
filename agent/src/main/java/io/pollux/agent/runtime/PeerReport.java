package io.pollux.agent.runtime;

import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the nodes tell each other about themselves twice a second, so that either can answer for the
 * pair.
 *
 * @param atNs when it was made or came, on this node's clock
 * @param state the role in words
 * @param smallestMargin in packets, where SAs are armed
 * @param marginSpi the SA that it belongs to
 * @param shut outbound SAs that are not armed
 */
record PeerReport(
    long atNs, String state, Optional<Long> smallestMargin, String marginSpi, long shut) {
  static final long INTERVAL_NS = 500_000_000L;
  static final PeerReport UNKNOWN =
      new PeerReport(Long.MIN_VALUE, "unknown", Optional.empty(), "", 0);

  boolean known() {
    return this != UNKNOWN;
  }

  /**
   * Lines {@code key=value}; unknown keys are skipped by the reader, so that versions can differ.
   */
  Octets encode() {
    StringBuilder text = new StringBuilder("report\nstate=").append(state).append('\n');
    smallestMargin.ifPresent(m -> text.append("margin=").append(m).append('\n'));
    text.append("spi=").append(marginSpi).append("\nshut=").append(shut).append('\n');
    return Octets.owning(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  static Optional<PeerReport> decode(Octets octets, long nowNs) {
    Map<String, String> values = new LinkedHashMap<>();
    String[] lines = new String(octets.toArray(), StandardCharsets.UTF_8).split("\n");
    if (!lines[0].equals("report")) {
      return Optional.empty();
    }
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    try {
      return Optional.of(
          new PeerReport(
              nowNs,
              values.getOrDefault("state", "unknown"),
              Optional.ofNullable(values.get("margin")).map(Long::valueOf),
              values.getOrDefault("spi", ""),
              Long.parseLong(values.getOrDefault("shut", "0"))));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
