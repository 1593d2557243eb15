package io.pollux.ike.engine;

import io.pollux.ike.exchange.Exchanges;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import java.util.List;
import java.util.Optional;

/**
 * A new IKE SA with a new authentication in the place of one whose time is over, made before the
 * old one is broken (RFC 7296 section 2.8.3): initial exchanges without INITIAL_CONTACT, all
 * children of the old one, and then it is a duplicate, which {@link Uniqueness} settles. Nothing is
 * remembered between the steps, so that a node that has taken over goes on with any of them.
 */
final class Reauthentication {
  private final EngineHost host;
  private final Registry registry;

  Reauthentication(EngineHost host, Registry registry) {
    this.host = host;
    this.registry = registry;
  }

  /** The next step for {@code old}, whose time is over. */
  void advance(IkeSa old) {
    Optional<ConnectionPolicy> policy = old.policy();
    if (policy.isEmpty() || policy.get().remoteAddress().isEmpty()) {
      return; // the peer has to come
    }
    Optional<IkeSa> successor = successor(old);
    if (successor.isPresent()) {
      List<String> left = host.goals().missing(successor.get());
      left.forEach(child -> successor.get().tasks().add(new Task.NewChild(child, 0)));
      host.touch(successor.get());
    } else if (!host.goals().isInitiating(old.connection())) {
      host.count("reauthentications");
      Exchanges.initiate(host, policy.get());
    }
  }

  private Optional<IkeSa> successor(IkeSa old) {
    return registry.siblings(old.ownSpi()).stream()
        .map(host::live)
        .flatMap(Optional::stream)
        .filter(sa -> sa.state() instanceof IkeSaState.Established)
        .filter(sa -> sa.connection().equals(old.connection()))
        .filter(sa -> !sa.lifespan().isReauthDue())
        .reduce((_, last) -> last);
  }

  /** Whether a child of {@code slot} has to be built anew on another IKE SA. */
  static boolean isDue(Registry.Slot slot, long nowNs) {
    return switch (slot) {
      case Registry.Slot.Live(IkeSa sa) -> sa.lifespan().isReauthDue();
      case Registry.Slot.Dormant dormant -> {
        long at = dormant.snapshot().reauthNs();
        yield at > 0 && dormant.snapshot().ageNs() + nowNs - dormant.takenNs() - at >= 0;
      }
    };
  }
}
