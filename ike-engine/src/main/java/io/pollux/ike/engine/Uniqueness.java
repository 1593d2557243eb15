package io.pollux.ike.engine;

import io.pollux.ike.crypto.pki.IdentityMatch;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.Children;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSpi;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Several IKE SAs between the same two identities (RFC 7296 section 2.4): a peer that has lost its
 * state says so with INITIAL_CONTACT, and two gateways that start at the same moment have two that
 * carry the same children, of which one goes.
 */
final class Uniqueness {
  /** Two IKE SAs from both sides within this time were begun at the same moment. */
  private static final long CROSSING_NS = 10_000_000_000L;

  private final EngineHost host;
  private final Registry registry;

  Uniqueness(EngineHost host, Registry registry) {
    this.host = host;
    this.registry = registry;
  }

  List<Registry.Slot> siblings(IkeSa sa) {
    return registry.siblings(sa.ownSpi()).stream()
        .map(registry::find)
        .flatMap(Optional::stream)
        .toList();
  }

  /** What {@code child} sent goes out on a child of a sibling from now on, if there is its like. */
  void handOver(IkeSa sa, ChildSa child) {
    ChildSaSnapshot before = child.snapshot(host.nowNs());
    for (IkeSpi own : registry.siblings(sa.ownSpi())) {
      Optional<IkeSa> other = host.live(own).filter(IkeSa::isUp);
      Optional<ChildSa> heir = other.flatMap(o -> o.children().withPoliciesOf(before));
      if (heir.filter(h -> h.value().reqid().equals(before.reqid())).isPresent()) {
        child.set(child.value().withOutboundActive(false));
        ChildSa fresh = heir.get();
        fresh.setReplaces(Optional.empty());
        fresh.set(fresh.value().withOutboundActive(true));
        host.emit(
            new Effect.Replicate(
                new IkeEvent.ChildSaSwitched(
                    other.get().spis(), before.inboundSpi(), fresh.inbound())));
        host.emit(new Effect.SwitchOutbound(before, fresh.snapshot(host.nowNs())));
        return;
      }
    }
  }

  /**
   * Whether the peer has, or may have by now, another IKE SA of the same two identities, whichever
   * connection it is of: INITIAL_CONTACT would make it delete that one.
   */
  boolean hasSibling(IkeSa sa) {
    if (others(sa, sa.connection()).anyMatch(Registry.Slot::isUp)) {
      return true;
    }
    Optional<ConnectionPolicy> policy = sa.policy();
    return policy.filter(own -> hasSibling(sa, own)).isPresent();
  }

  private boolean hasSibling(IkeSa sa, ConnectionPolicy own) {
    boolean known =
        own.remoteId().stream()
            .flatMap(peer -> registry.between(own.localId(), peer).stream())
            .flatMap(spi -> registry.find(spi).stream())
            .anyMatch(Registry.Slot::isUp);
    return known
        || host.connections().alike(own).stream()
            .filter(other -> mayMean(own, other.remoteId()))
            .flatMap(other -> others(sa, other.name()))
            .anyMatch(slot -> isProving(slot) || slot.isUp() && mayMean(own, slot.peerId()));
  }

  private Stream<Registry.Slot> others(IkeSa sa, String connection) {
    return registry.ofConnection(connection).stream()
        .filter(spi -> !spi.equals(sa.ownSpi()))
        .flatMap(spi -> registry.find(spi).stream());
  }

  /** Whether a peer that is looked for as {@code other} may be the one of {@code own}. */
  private static boolean mayMean(ConnectionPolicy own, Optional<Identity> other) {
    return own.remoteId().isEmpty()
        || other.isEmpty()
        || IdentityMatch.accepts(own.remoteId().get(), other.get())
        || IdentityMatch.accepts(other.get(), own.remoteId().get());
  }

  /** Our IKE_AUTH is out: for the peer it may be up already. */
  private static boolean isProving(Registry.Slot slot) {
    return slot instanceof Registry.Slot.Live(IkeSa sa)
        && sa.state() instanceof IkeSaState.AuthSent
        && sa.window().isBusy();
  }

  /** The peer says that it knows of no other; those we have are ghosts. */
  void initialContact(IkeSa sa) {
    for (IkeSpi own : registry.siblings(sa.ownSpi())) {
      host.live(own)
          .filter(IkeSa::isUp)
          .filter(other -> !crosses(sa, other)) // the peer could not know of that one yet
          .filter(other -> other.connection().equals(sa.connection()))
          .ifPresent(other -> other.close(DeleteReason.REPLACED, "INITIAL_CONTACT"));
    }
  }

  /** Deletes the one of two that has nothing of its own. */
  void resolve(IkeSa sa) {
    for (IkeSpi own : registry.siblings(sa.ownSpi())) {
      Optional<IkeSa> other =
          host.live(own)
              .filter(o -> o.state() instanceof IkeSaState.Established)
              .filter(o -> o.connection().equals(sa.connection()));
      if (other.isPresent()) {
        loser(other.get(), sa)
            .ifPresent(
                lost -> {
                  lost.tasks().add(new Task.DeleteIke(DeleteReason.REPLACED));
                  host.touch(lost);
                });
      }
    }
  }

  private Optional<IkeSa> loser(IkeSa old, IkeSa fresh) {
    boolean freshLoses = yields(fresh, old);
    IkeSa loser = freshLoses ? fresh : old;
    IkeSa winner = freshLoses ? old : fresh;
    return !winner.children().isEmpty() && covers(winner, loser)
        ? Optional.of(loser)
        : Optional.empty();
  }

  /**
   * Whether {@code fresh} goes because it crossed {@code old}: both sides must come to the same
   * result, whichever each has seen first.
   */
  private static boolean yields(IkeSa fresh, IkeSa old) {
    return crosses(fresh, old) && old.spis().compareTo(fresh.spis()) < 0;
  }

  private static boolean crosses(IkeSa fresh, IkeSa old) {
    // Of an IKE SA that was up before the peer's first message came, its IKE_AUTH knew, unless it
    // has lost its state.
    boolean lost =
        fresh.birth().isInitialContact()
            && fresh.lifespan().bornNs() - old.lifespan().createdNs() > 0;
    return old.role() != fresh.role()
        && !lost
        && fresh.lifespan().createdNs() - old.lifespan().createdNs() < CROSSING_NS;
  }

  /** Whether {@code fresh} goes in favour of the owner of {@code standing}. */
  boolean yields(IkeSa fresh, ChildSaSnapshot standing) {
    return registry
        .ofInbound(standing.inboundSpi())
        .flatMap(host::live)
        .filter(old -> old.state() instanceof IkeSaState.Established)
        .filter(old -> yields(fresh, old))
        .isPresent();
  }

  /** Whether every child of {@code old} has its like in {@code fresh}. */
  private boolean covers(IkeSa fresh, IkeSa old) {
    List<ChildSaSnapshot> have =
        fresh.children().all().stream().map(c -> c.snapshot(host.nowNs())).toList();
    return old.children().all().stream()
        .allMatch(c -> have.stream().anyMatch(h -> Children.samePolicies(h, c.value())));
  }
}
