package io.pollux.agent.config;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole configuration, valid.
 *
 * @param ha empty: a gateway on its own
 * @param connections sorted by name
 * @param network routes, and devices of route tunnels
 * @param logFormat auto, text, journald or json
 * @param ikeKeysFile where keys of IKE SAs are written for Wireshark, for debugging alone; empty =
 *     nowhere
 * @param metrics where metrics are served; empty = nowhere
 * @param connectionHook what is run when a child comes up or is gone
 * @param keys every key that is set, as it was read, with its value: for comparisons
 * @param labUnsafe allows what endangers traffic, for experiments alone; logged and shown
 */
public record PolluxConfig(
    Node node,
    Path controlSocket,
    String logLevel,
    String logFormat,
    Optional<Path> ikeKeysFile,
    Ike ike,
    Optional<HaConfig> ha,
    List<ConnectionPolicy> connections,
    NetworkConfig network,
    InducedConfig induced,
    Secrets secrets,
    Credentials credentials,
    Optional<InetSocketAddress> metrics,
    Optional<HaConfig.RoleHook> connectionHook,
    SortedMap<String, String> keys,
    boolean labUnsafe) {
  /** Where the daemon listens for polluxctl unless told otherwise. */
  public static final String CONTROL_SOCKET = "/run/pollux/pollux.sock";

  public PolluxConfig {
    connections = List.copyOf(connections);
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
  }

  /** Whether packets start a child of any connection. */
  public boolean hasTraps() {
    return connections.stream()
        .flatMap(c -> c.children().stream())
        .anyMatch(c -> c.start() == ChildPolicy.StartAction.ON_DEMAND);
  }

  /** What of {@code now} a running daemon can take over; the rest stays as it is. */
  public PolluxConfig reloaded(PolluxConfig now) {
    SortedMap<String, String> merged = new TreeMap<>(keys);
    merged.keySet().removeIf(PolluxConfig::isLive);
    now.keys.forEach(
        (key, value) -> {
          if (isLive(key)) {
            merged.put(key, value);
          }
        });
    return new PolluxConfig(
        node,
        controlSocket,
        now.logLevel,
        logFormat,
        now.ikeKeysFile,
        ike,
        ha,
        now.connections,
        new NetworkConfig(network.routes(), now.network.tunnels()),
        now.induced,
        now.secrets,
        now.credentials,
        metrics,
        connectionHook,
        merged,
        labUnsafe);
  }

  /** Whether a running daemon takes a change of this key over. */
  public static boolean isLive(String key) {
    return LIVE.stream().anyMatch(s -> key.equals(s) || key.startsWith(s + "."));
  }

  private static final List<String> LIVE =
      List.of("connections", "secrets", "log.level", "log.ike-keys-file", "induced-rekey");

  /** This machine. */
  public record Node(String name, Path stateDir, Path runDir) {}

  /**
   * Limits and timers of the engine.
   *
   * @param retransmitFirstNs wait before the first repetition; doubled each time (RFC 7296 section
   *     2.4)
   * @param retransmitTries repetitions before the peer is taken for dead
   * @param halfOpenMax and {@code halfOpenPerAddress}: limits of half-open IKE SAs
   * @param cookieThreshold half-open IKE SAs above which cookies are asked for (RFC 7296 section
   *     2.6)
   */
  public record Ike(
      int port,
      int natPort,
      long retransmitFirstNs,
      int retransmitTries,
      int halfOpenMax,
      int halfOpenPerAddress,
      int cookieThreshold) {}
}
