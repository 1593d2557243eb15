package io.pollux.ike.engine;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Restoration;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.Role;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The beginning of a reign: snapshots are only indexed, so that the cost does not grow with their
 * work; an IkeSa is made of one when its first datagram, timer or order comes. A request that was
 * outstanding goes out again at once, octet for octet.
 */
final class Takeover {
  /** Overdue rekeys come within this time, not all at once. */
  private static final long SPREAD_NS = 60_000_000_000L;

  private final EngineHost host;
  private final Registry registry;

  Takeover(EngineHost host, Registry registry) {
    this.host = host;
    this.registry = registry;
    host.setTakeover(this);
  }

  void begin(List<IkeSaSnapshot> all, boolean complete) {
    registry.expect(all.size());
    all.stream().filter(s -> s.halfOpen().isPresent()).forEach(this::resume);
    List<IkeSaSnapshot> sas = all.stream().filter(s -> s.halfOpen().isEmpty()).toList();
    for (IkeSaSnapshot snapshot : sas) {
      index(snapshot, isSuperseded(snapshot, sas), complete);
    }
    for (IkeSaSnapshot snapshot : sas) {
      if (snapshot.window().outstanding().isPresent()) {
        live(own(snapshot)).ifPresent(IkeSa::retransmit);
      }
    }
  }

  /** IKE_AUTH goes on. */
  private void resume(IkeSaSnapshot snapshot) {
    Optional<IkeSa> restored =
        new Restoration(snapshot, host.nowNs(), 0, 0, true).restoreHalfOpen(host);
    if (restored.isEmpty()) {
      host.count("continuations_unreadable");
      host.emit(new Effect.Replicate(new IkeEvent.IkeSaDown(snapshot.spis(), DeleteReason.FAILED)));
      return;
    }
    IkeSa sa = restored.get();
    if (sa.role() == Role.RESPONDER) {
      host.addHalfOpen(sa);
    } else {
      host.add(sa);
      sa.retransmit();
    }
  }

  private static IkeSpi own(IkeSaSnapshot snapshot) {
    return snapshot.originalInitiator() ? snapshot.spis().initiator() : snapshot.spis().responder();
  }

  /** A successor has taken the children, and the Delete has not come yet. */
  private static boolean isSuperseded(IkeSaSnapshot old, List<IkeSaSnapshot> sas) {
    return old.children().isEmpty()
        && sas.stream()
            .anyMatch(
                s ->
                    s.connection().equals(old.connection())
                        && s.localId().equals(old.localId())
                        && s.peerId().equals(old.peerId())
                        && !s.children().isEmpty()
                        && s.ageNs() <= old.ageNs()
                        && !s.spis().equals(old.spis()));
  }

  private void index(IkeSaSnapshot snapshot, boolean superseded, boolean complete) {
    long liveness =
        host.connection(snapshot.connection()).map(ConnectionPolicy::livenessNs).orElse(0L);
    if (liveness == 0 && (!complete || snapshot.peerSupports().contains(CounterSync.MESSAGE_IDS))) {
      liveness = SPREAD_NS; // once, to see where the peer is
    }
    long livenessAt =
        liveness > 0 && !superseded ? host.nowNs() + host.entropy().jitterNs(liveness) : 0;
    IkeSpi own = own(snapshot);
    registry.add(
        own,
        new Registry.Slot.Dormant(snapshot, host.nowNs(), livenessAt, superseded, complete),
        snapshot.connection());
    registry.proven(own, snapshot.localId(), snapshot.peerId());
    snapshot.children().forEach(child -> registry.addChild(own, child));
    host.deadlines().set(own, firstDeadline(snapshot, livenessAt, superseded));
  }

  /** When the IKE SA is needed at the latest if nobody asks for it before. */
  private OptionalLong firstDeadline(IkeSaSnapshot snapshot, long livenessAt, boolean superseded) {
    long now = host.nowNs();
    OptionalLong next = livenessAt == 0 ? OptionalLong.empty() : OptionalLong.of(livenessAt);
    if (snapshot.localBehindNat()) {
      next = Timers.earlier(next, now); // the mapping has to be kept before anything else
    }
    if (superseded) {
      next = Timers.earlier(next, now + host.config().closeNs());
    }
    next = lifetimes(next, snapshot.lifetimes(), snapshot.ageNs());
    if (snapshot.reauthNs() > 0) {
      long left = snapshot.reauthNs() - snapshot.ageNs();
      next = Timers.earlier(next, now + Math.max(left, 0)); // it spreads by itself
    }
    for (ChildSaSnapshot child : snapshot.children()) {
      next = lifetimes(next, child.lifetimes(), child.ageNs());
      if (!child.outboundActive()) {
        next = Timers.earlier(next, now + host.config().closeNs());
      }
    }
    return next;
  }

  private OptionalLong lifetimes(OptionalLong next, Lifetimes lifetimes, long ageNs) {
    OptionalLong earliest = next;
    long now = host.nowNs();
    if (lifetimes.softNs() > 0) {
      long left = lifetimes.softNs() - ageNs;
      long wait = left > 0 ? left : host.entropy().jitterNs(SPREAD_NS);
      earliest = Timers.earlier(earliest, now + wait);
    }
    if (lifetimes.hardNs() > 0) {
      earliest = Timers.earlier(earliest, now + Math.max(0, lifetimes.hardNs() - ageNs));
    }
    return earliest;
  }

  /** See {@link Input.Contested}. */
  void contested() {
    for (IkeSpi own : registry.all()) {
      switch (registry.find(own).orElseThrow()) {
        case Registry.Slot.Live(IkeSa sa) -> {
          if (sa.isUp()) {
            sa.syncing().failedOver(false);
          }
        }
        case Registry.Slot.Dormant dormant -> registry.replace(own, dormant.incomplete());
      }
    }
  }

  /** The IKE SA under our SPI, awake. */
  Optional<IkeSa> live(IkeSpi own) {
    return registry.find(own).map(slot -> wake(own, slot));
  }

  private IkeSa wake(IkeSpi own, Registry.Slot slot) {
    return switch (slot) {
      case Registry.Slot.Live(IkeSa sa) -> sa;
      case Registry.Slot.Dormant dormant -> {
        IkeSa sa =
            new Restoration(
                    dormant.snapshot(),
                    dormant.takenNs(),
                    dormant.livenessNs(),
                    SPREAD_NS,
                    dormant.complete())
                .restore(host);
        if (dormant.superseded() && sa.state() instanceof IkeSaState.Established now) {
          sa.become(new IkeSaState.Superseded(now.secured(), now.proof()));
          sa.timers().clear(Timers.Kind.REKEY);
          sa.timers().set(Timers.Kind.CLOSE, dormant.takenNs() + host.config().closeNs());
        }
        registry.wake(own, sa);
        host.count("woken");
        host.touch(sa);
        yield sa;
      }
    };
  }

  /** As of {@code nowNs}. */
  static IkeSaSnapshot aged(Registry.Slot.Dormant dormant, long nowNs) {
    IkeSaSnapshot s = dormant.snapshot();
    long more = nowNs - dormant.takenNs();
    return s.withKeys(Secured.copy(s.keys()))
        .withAge(s.ageNs() + more)
        .withChildren(
            s.children().stream().map(c -> c.withAge(c.ageNs() + more, c.replay())).toList());
  }
}
