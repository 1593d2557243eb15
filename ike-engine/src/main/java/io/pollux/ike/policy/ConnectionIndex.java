package io.pollux.ike.policy;

import io.pollux.ike.sad.Identity;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The connections of a configuration, by name and by their addresses. */
public final class ConnectionIndex {
  /** Of no connection. */
  public static final ConnectionIndex NONE = new ConnectionIndex(List.of());

  private final List<ConnectionPolicy> all;
  private final Map<String, ConnectionPolicy> byName = new LinkedHashMap<>();
  private final Map<Ends, List<ConnectionPolicy>> byEnds = new LinkedHashMap<>();

  private final Map<Names, List<ConnectionPolicy>> byNames = new LinkedHashMap<>();

  private record Names(Identity local, Optional<Identity> remote) {}

  private record Ends(InetAddress local, Optional<InetAddress> remote) {}

  /** In this order; names are unique. */
  public ConnectionIndex(Collection<ConnectionPolicy> connections) {
    all = List.copyOf(connections);
    for (ConnectionPolicy connection : all) {
      byName.put(connection.name(), connection);
      byEnds
          .computeIfAbsent(
              new Ends(connection.localAddress(), connection.remoteAddress()),
              _ -> new ArrayList<>())
          .add(connection);
      byNames
          .computeIfAbsent(
              new Names(connection.localId(), connection.remoteId()), _ -> new ArrayList<>())
          .add(connection);
    }
  }

  /** All, in the order of the configuration. */
  public List<ConnectionPolicy> all() {
    return all;
  }

  /** The one of that name. */
  public Optional<ConnectionPolicy> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The others with our identity of {@code one} and its peer's identity, or its addresses. */
  public Set<ConnectionPolicy> alike(ConnectionPolicy one) {
    Set<ConnectionPolicy> all = new LinkedHashSet<>();
    byEnds.getOrDefault(new Ends(one.localAddress(), one.remoteAddress()), List.of()).stream()
        .filter(c -> c.localId().equals(one.localId()))
        .forEach(all::add);
    all.addAll(byNames.getOrDefault(new Names(one.localId(), one.remoteId()), List.of()));
    all.removeIf(c -> c.name().equals(one.name()));
    return all;
  }

  /**
   * The connections between these addresses, those that name the peer's address before those that
   * take any, each in the order of the configuration.
   */
  public List<ConnectionPolicy> between(InetAddress local, InetAddress peer) {
    List<ConnectionPolicy> named =
        byEnds.getOrDefault(new Ends(local, Optional.of(peer)), List.of());
    List<ConnectionPolicy> any = byEnds.getOrDefault(new Ends(local, Optional.empty()), List.of());
    List<ConnectionPolicy> both = new ArrayList<>(named);
    both.addAll(any);
    return both;
  }
}
