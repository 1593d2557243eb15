package io.pollux.ike.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a changed configuration means for the SAs of one connection. */
public sealed interface PolicyChange {
  /** Nothing differs. */
  record None() implements PolicyChange {}

  /**
   * The IKE SA stays.
   *
   * @param over children that end, because they are gone or another SA was agreed on than would be
   *     now; those that are still configured start over
   * @param fresh children that are new
   */
  record Kept(Set<String> over, Set<String> fresh) implements PolicyChange {
    public Kept {
      over = Collections.unmodifiableSet(new LinkedHashSet<>(over));
      fresh = Collections.unmodifiableSet(new LinkedHashSet<>(fresh));
    }
  }

  /** The connection is new, gone, or another: all its IKE SAs end. */
  record StartOver() implements PolicyChange {}

  /**
   * Compares two generations of one connection. Lifetimes, liveness and the start action are asked
   * for again whenever they are needed, so a change of those alone touches no SA.
   */
  static PolicyChange between(Optional<ConnectionPolicy> before, Optional<ConnectionPolicy> now) {
    if (before.equals(now)) {
      return new None();
    }
    if (before.isEmpty() || now.isEmpty() || !sameIkeSa(before.get(), now.get())) {
      return new StartOver();
    }
    Map<String, ChildPolicy> old = byName(before.get());
    Map<String, ChildPolicy> fresh = byName(now.get());
    Set<String> over = new LinkedHashSet<>();
    old.forEach(
        (name, child) -> {
          if (!sameChildSa(child, fresh.get(name))) {
            over.add(name);
          }
        });
    Set<String> added = new LinkedHashSet<>(fresh.keySet());
    added.removeAll(old.keySet());
    return new Kept(over, added);
  }

  private static Map<String, ChildPolicy> byName(ConnectionPolicy connection) {
    Map<String, ChildPolicy> all = new LinkedHashMap<>();
    connection.children().forEach(c -> all.put(c.name(), c));
    return all;
  }

  private static boolean sameIkeSa(ConnectionPolicy a, ConnectionPolicy b) {
    ConnectionPolicy alike =
        new ConnectionPolicy(
            a.name(),
            a.localAddress(),
            a.remoteAddress(),
            a.localId(),
            a.remoteId(),
            a.proposals(),
            b.ikeRekey(),
            b.livenessNs(),
            a.forceUdpEncap(),
            b.children(),
            a.auth(),
            b.reauth());
    return alike.equals(b);
  }

  private static boolean sameChildSa(ChildPolicy a, ChildPolicy b) {
    return b != null
        && new ChildPolicy(
                a.name(),
                a.localTs(),
                a.remoteTs(),
                a.proposals(),
                b.rekey(),
                b.start(),
                a.replayWindow(),
                a.transport(),
                a.singlePair())
            .equals(b);
  }
}
