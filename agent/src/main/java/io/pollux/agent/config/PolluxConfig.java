package io.pollux.agent.config;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A whole configuration, valid.
 *
 * @param ha empty: a gateway on its own
 * @param connections sorted by name
 * @param network routes, and devices of route tunnels
 * @param labUnsafe allows what endangers traffic, for experiments alone; logged and shown
 */
public record PolluxConfig(
    Node node,
    Path controlSocket,
    String logLevel,
    Ike ike,
    Optional<HaConfig> ha,
    List<ConnectionPolicy> connections,
    NetworkConfig network,
    Secrets secrets,
    Credentials credentials,
    boolean labUnsafe) {
  public PolluxConfig {
    connections = List.copyOf(connections);
  }

  /** Whether packets start a child of any connection. */
  public boolean hasTraps() {
    return connections.stream()
        .flatMap(c -> c.children().stream())
        .anyMatch(c -> c.start() == ChildPolicy.StartAction.ON_DEMAND);
  }

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
