package io.pollux.ha.shadow;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All Child SAs of a shadow. Each change is written down as what the standby's kernel must do; at
 * most one generation (same reqid) has its outbound SA in the kernel at every step.
 */
final class HeldChildren {
  private final Map<EspSpi, HeldChild> bySpi = new LinkedHashMap<>();
  private final Map<Reqid, Set<EspSpi>> generations = new LinkedHashMap<>();
  private final Map<IkeSpis, Set<EspSpi>> byOwner = new LinkedHashMap<>();

  Optional<HeldChild> find(EspSpi inbound) {
    return Optional.ofNullable(bySpi.get(inbound));
  }

  int size() {
    return bySpi.size();
  }

  Set<EspSpi> spis() {
    return new TreeSet<>(bySpi.keySet());
  }

  /** The children of {@code owner}, by SPI. */
  List<HeldChild> of(IkeSpis owner) {
    return spisOf(owner).stream().map(bySpi::get).toList();
  }

  /** The same children as they are, for those who close no key; a set is not made for one. */
  List<ChildSaSnapshot> lentOf(IkeSpis owner, long nowNs) {
    Set<EspSpi> spis = byOwner.getOrDefault(owner, Set.of());
    if (spis.size() == 1) {
      return List.of(bySpi.get(spis.iterator().next()).at(nowNs));
    }
    return of(owner).stream().map(held -> held.at(nowNs)).toList();
  }

  Set<EspSpi> spisOf(IkeSpis owner) {
    return new TreeSet<>(byOwner.getOrDefault(owner, Set.of()));
  }

  /** Puts in one child of which nothing but its generation may be known. */
  void add(Owned one, Optional<EspSpi> replaces, long nowNs, List<ShadowChange> out) {
    EspSpi spi = one.child.inboundSpi();
    Set<EspSpi> before = bySpi.containsKey(spi) ? Set.of(spi) : Set.of();
    reconcile(before, List.of(one), replaces, nowNs, out);
  }

  /** A child and the IKE SA that it belongs to; its age is as of {@code asOfNs}. */
  record Owned(IkeSpis owner, ChildSaSnapshot child, long asOfNs) {}

  /** Makes {@code fresh} of what was {@code before}, with the smallest difference. */
  void reconcile(
      Set<EspSpi> before,
      List<Owned> fresh,
      Optional<EspSpi> replaces,
      long nowNs,
      List<ShadowChange> out) {
    Set<EspSpi> gone = new LinkedHashSet<>(before);
    List<Owned> kept = new ArrayList<>();
    for (Owned each : fresh) {
      EspSpi spi = each.child.inboundSpi();
      HeldChild held = bySpi.get(spi);
      gone.remove(spi);
      if (held != null && held.isSameSa(each.child)) {
        update(held, each, nowNs, out);
        kept.add(each);
        continue;
      }
      if (held != null) {
        remove(spi, nowNs, out);
      }
      insert(each, replaces, nowNs, out);
    }
    for (Owned each : kept) {
      useOutbound(each.child, nowNs, out);
    }
    gone.forEach(spi -> remove(spi, nowNs, out));
  }

  /** {@code old} no longer sends, {@code inbound} does. */
  void switchTo(EspSpi inbound, long nowNs, List<ShadowChange> out) {
    HeldChild fresh = bySpi.get(inbound);
    if (fresh.outboundActive()) {
      return;
    }
    Optional<HeldChild> old = active(fresh.at(nowNs).reqid());
    old.ifPresent(held -> held.outboundActive(false));
    if (old.isEmpty()) {
      out.add(new ShadowChange.ChildRemoved(fresh.at(nowNs), true));
    }
    fresh.outboundActive(true);
    ChildSaSnapshot now = fresh.at(nowNs);
    out.add(
        old.isPresent()
            ? new ShadowChange.ChildSwitched(old.get().at(nowNs), now)
            : new ShadowChange.ChildAdded(now, Optional.of(now)));
  }

  void move(
      EspSpi inbound,
      Endpoint local,
      Endpoint peer,
      boolean udpEncap,
      long nowNs,
      List<ShadowChange> out) {
    HeldChild held = bySpi.get(inbound);
    if (!held.endsAt(local, peer, udpEncap)) {
      ChildSaSnapshot before = held.at(nowNs);
      held.endpoints(local, peer, udpEncap);
      out.add(new ShadowChange.ChildMoved(before, held.at(nowNs)));
    }
  }

  /** A reading as of {@code asOfNs}; one that has not moved is news too: it is younger. */
  void advance(EspSpi inbound, ReplayState state, long nowNs, long asOfNs, List<ShadowChange> out) {
    HeldChild held = bySpi.get(inbound);
    if (held != null) {
      held.advance(state);
      out.add(new ShadowChange.ReplayAdvanced(held.at(nowNs), held.replay(), nowNs - asOfNs));
    }
  }

  void remove(EspSpi inbound, long nowNs, List<ShadowChange> out) {
    HeldChild held = bySpi.remove(inbound);
    if (held == null) {
      return;
    }
    ChildSaSnapshot child = held.at(nowNs);
    boolean others = take(generations, child.reqid(), inbound);
    take(byOwner, held.owner(), inbound);
    out.add(new ShadowChange.ChildRemoved(child, others));
  }

  /** The children of one IKE SA now belong to another (RFC 7296 section 2.8). */
  void inherit(IkeSpis from, IkeSpis to) {
    spisOf(from).forEach(spi -> own(bySpi.get(spi), spi, to));
  }

  private void update(HeldChild held, Owned each, long nowNs, List<ShadowChange> out) {
    ChildSaSnapshot child = each.child;
    EspSpi spi = child.inboundSpi();
    own(held, spi, each.owner);
    move(spi, child.local(), child.peer(), child.udpEncap(), nowNs, out);
    if (held.advance(child.replay())) {
      out.add(new ShadowChange.ReplayAdvanced(held.at(nowNs), held.replay(), nowNs - each.asOfNs));
    }
  }

  /** After everything new is in: the held ones take the direction that they are said to have. */
  private void useOutbound(ChildSaSnapshot child, long nowNs, List<ShadowChange> out) {
    HeldChild held = bySpi.get(child.inboundSpi());
    if (child.outboundActive()) {
      switchTo(child.inboundSpi(), nowNs, out);
    } else if (held.outboundActive() && !successorIn(child, nowNs)) {
      out.add(new ShadowChange.ChildRemoved(held.at(nowNs), true));
      held.outboundActive(false);
      out.add(new ShadowChange.ChildAdded(held.at(nowNs), Optional.of(held.at(nowNs))));
    }
  }

  private boolean successorIn(ChildSaSnapshot child, long nowNs) {
    return generations.get(child.reqid()).stream()
        .map(bySpi::get)
        .anyMatch(
            other ->
                other.outboundActive() && !other.at(nowNs).inboundSpi().equals(child.inboundSpi()));
  }

  private void insert(Owned each, Optional<EspSpi> replaces, long nowNs, List<ShadowChange> out) {
    ChildSaSnapshot child = each.child;
    EspSpi spi = child.inboundSpi();
    Optional<ChildSaSnapshot> shares =
        replaces
            .map(bySpi::get)
            .or(() -> generation(child.reqid()))
            .filter(other -> other.at(nowNs).reqid().equals(child.reqid()))
            .map(other -> other.at(nowNs));
    boolean takesOver = child.outboundActive() && active(child.reqid()).isPresent();
    HeldChild held =
        new HeldChild(each.owner, takesOver ? child.withOutboundActive(false) : child, each.asOfNs);
    bySpi.put(spi, held);
    generations.computeIfAbsent(child.reqid(), _ -> new LinkedHashSet<>()).add(spi);
    byOwner.computeIfAbsent(each.owner, _ -> new LinkedHashSet<>()).add(spi);
    out.add(new ShadowChange.ChildAdded(held.at(nowNs), shares));
    if (takesOver) {
      switchTo(spi, nowNs, out);
    }
  }

  private void own(HeldChild held, EspSpi spi, IkeSpis owner) {
    if (!held.owner().equals(owner)) {
      take(byOwner, held.owner(), spi);
      byOwner.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(spi);
      held.moveTo(owner);
    }
  }

  private Optional<HeldChild> generation(Reqid reqid) {
    return generations.getOrDefault(reqid, Set.of()).stream().findFirst().map(bySpi::get);
  }

  private Optional<HeldChild> active(Reqid reqid) {
    return generations.getOrDefault(reqid, Set.of()).stream()
        .map(bySpi::get)
        .filter(HeldChild::outboundActive)
        .findFirst();
  }

  /** Takes {@code spi} out of its set; whether the set has others. */
  private static <K> boolean take(Map<K, Set<EspSpi>> sets, K key, EspSpi spi) {
    Set<EspSpi> set = sets.get(key);
    set.remove(spi);
    if (set.isEmpty()) {
      sets.remove(key);
      return false;
    }
    return true;
  }
}
