package io.pollux.ha.role;

import io.pollux.ha.vrrp.VrrpOutput;
import io.pollux.ha.vrrp.VrrpRefused.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * VRRP packets that failed a check of RFC 9568 section 7.1: counted by reason, and said once a
 * minute and reason. A pair whose nodes refuse each other's packets has two active nodes, so this
 * is the line to look for then.
 */
final class VrrpRefusals {
  private static final long QUIET_NS = 60_000_000_000L;

  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
  private final Map<Reason, Long> saidNs = new EnumMap<>(Reason.class);

  /** One more; what to say of it. */
  Optional<String> saw(VrrpOutput.Dropped drop, long nowNs) {
    long count = counts.merge(drop.reason(), 1L, Long::sum);
    if (drop.reason() == Reason.OWN || drop.reason() == Reason.NOT_RUNNING) {
      return Optional.empty(); // an echo, a race with the start: nobody has to do anything
    }
    Long before = saidNs.get(drop.reason());
    if (before != null && nowNs - before < QUIET_NS) {
      return Optional.empty();
    }
    saidNs.put(drop.reason(), nowNs);
    return Optional.of(
        drop.instance()
            + ": VRRP packet of "
            + drop.source().getHostAddress()
            + " refused: "
            + drop.problem()
            + " ("
            + count
            + " for this reason)");
  }

  Map<Reason, Long> counts() {
    return new EnumMap<>(counts);
  }
}
