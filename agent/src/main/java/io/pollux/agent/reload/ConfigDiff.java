package io.pollux.agent.reload;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.PolicyChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a running daemon does when it takes another configuration over.
 *
 * @param connections those that are not what they were, by name
 * @param untouched how many stay as they are
 * @param secrets identities whose pre-shared key changed: it counts from the next authentication on
 * @param ppks connections whose post-quantum key is another under the same name: it counts as well
 *     from the next authentication on
 * @param live other keys that take effect at once
 * @param restart keys that take effect at the next start alone
 */
public record ConfigDiff(
    List<ConnectionDiff> connections,
    int untouched,
    List<String> secrets,
    List<String> ppks,
    List<KeyChange> live,
    List<KeyChange> restart) {
  public ConfigDiff {
    connections = List.copyOf(connections);
    secrets = List.copyOf(secrets);
    ppks = List.copyOf(ppks);
    live = List.copyOf(live);
    restart = List.copyOf(restart);
  }

  /** Nothing that a reload would do. */
  public boolean isEmpty() {
    return connections.isEmpty() && secrets.isEmpty() && ppks.isEmpty() && live.isEmpty();
  }

  public static ConfigDiff of(PolluxConfig before, PolluxConfig now) {
    Map<String, ConnectionPolicy> old = byName(before);
    Map<String, ConnectionPolicy> fresh = byName(now);
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(fresh.keySet());
    Map<String, List<KeyChange>> ofConnections = new LinkedHashMap<>();
    List<KeyChange> live = new ArrayList<>();
    List<KeyChange> restart = new ArrayList<>();
    for (KeyChange change : keys(before.keys(), now.keys())) {
      Optional<String> connection = connection(change.key());
      if (connection.isPresent()) {
        ofConnections.computeIfAbsent(connection.get(), _ -> new ArrayList<>()).add(change);
      } else if (!PolluxConfig.isLive(change.key())) {
        restart.add(change);
      } else {
        live.add(change);
      }
    }
    restart.removeIf(change -> sameSection(change.key(), before, now));
    live.removeIf(change -> sameLive(change.key(), before, now));
    List<ConnectionDiff> connections = new ArrayList<>();
    for (String name : names) {
      ConnectionDiff diff =
          connection(before, now, name, old, fresh, ofConnections.getOrDefault(name, List.of()));
      if (diff.device() || !(diff.change() instanceof PolicyChange.None)) {
        connections.add(diff);
      } else { // of what the policy does not hold: CRLs, where a key is, redundant
        live.addAll(ofConnections.getOrDefault(name, List.of()));
      }
    }
    return new ConfigDiff(
        connections,
        names.size() - connections.size(),
        before.secrets().differing(now.secrets()),
        before.credentials().differingPpks(now.credentials()),
        live,
        restart);
  }

  private static ConnectionDiff connection(
      PolluxConfig before,
      PolluxConfig now,
      String name,
      Map<String, ConnectionPolicy> old,
      Map<String, ConnectionPolicy> fresh,
      List<KeyChange> keys) {
    ConnectionDiff.Kind kind =
        !old.containsKey(name)
            ? ConnectionDiff.Kind.ADDED
            : fresh.containsKey(name) ? ConnectionDiff.Kind.CHANGED : ConnectionDiff.Kind.REMOVED;
    boolean device =
        kind == ConnectionDiff.Kind.CHANGED
            && !before.network().tunnel(name).equals(now.network().tunnel(name));
    PolicyChange change =
        PolicyChange.between(
            Optional.ofNullable(old.get(name)), Optional.ofNullable(fresh.get(name)));
    return new ConnectionDiff(
        name, kind, change, device, kind == ConnectionDiff.Kind.CHANGED ? keys : List.of());
  }

  private static Map<String, ConnectionPolicy> byName(PolluxConfig config) {
    Map<String, ConnectionPolicy> all = new LinkedHashMap<>();
    config.connections().forEach(c -> all.put(c.name(), c));
    return all;
  }

  /** The connection whose section a key is in. */
  static Optional<String> connection(String key) {
    List<String> path = ConfigUtil.splitPath(key);
    return path.size() > 1 && path.getFirst().equals("connections")
        ? Optional.of(path.get(1))
        : Optional.empty();
  }

  /** Keys with different values, by key. */
  static List<KeyChange> keys(SortedMap<String, String> before, SortedMap<String, String> now) {
    SortedMap<String, KeyChange> all = new TreeMap<>();
    before.forEach(
        (key, value) -> {
          if (!value.equals(now.get(key))) {
            all.put(key, new KeyChange(key, Optional.of(value), Optional.ofNullable(now.get(key))));
          }
        });
    now.forEach(
        (key, value) -> {
          if (!before.containsKey(key)) {
            all.put(key, new KeyChange(key, Optional.empty(), Optional.of(value)));
          }
        });
    return List.copyOf(all.values());
  }

  /** The same for what takes effect at once: other keys have no other way of being said. */
  private static boolean sameLive(String key, PolluxConfig before, PolluxConfig now) {
    return switch (key) {
      case "log.level" -> before.logLevel().equals(now.logLevel());
      case "log.ike-keys-file" -> before.ikeKeysFile().equals(now.ikeKeysFile());
      default ->
          key.startsWith("induced-rekey.")
              && before.induced().policy().equals(now.induced().policy())
              && before.induced().intervalNs() == now.induced().intervalNs();
    };
  }

  /** Another way of saying the same, a default for example, needs no restart. */
  private static boolean sameSection(String key, PolluxConfig before, PolluxConfig now) {
    return switch (ConfigUtil.splitPath(key).getFirst()) {
      case "node" -> before.node().equals(now.node());
      case "control" -> before.controlSocket().equals(now.controlSocket());
      case "ike" -> before.ike().equals(now.ike());
      case "ha" -> before.ha().equals(now.ha());
      case "routes" -> Objects.equals(before.network().routes(), now.network().routes());
      case "metrics" -> before.metrics().equals(now.metrics());
      case "hooks" -> before.connectionHook().equals(now.connectionHook());
      case "log" -> before.logFormat().equals(now.logFormat());
      case "lab" -> before.labUnsafe() == now.labUnsafe();
      default -> false;
    };
  }
}
