package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.TrafficSelector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The Child SAs of one IKE SA that stand in the kernel. Each change here is told to the standby and
 * to the kernel in the same breath; exactly one generation of a child has its outbound SA there.
 */
public final class Children {
  private final Map<EspSpi, ChildSa> byInbound = new LinkedHashMap<>();
  private final Set<String> collided = new LinkedHashSet<>();
  private final IkeSa sa;
  private final Host host;

  Children(IkeSa sa, Host host) {
    this.sa = sa;
    this.host = host;
  }

  /** In the order in which they were made. */
  public List<ChildSa> all() {
    return new ArrayList<>(byInbound.values());
  }

  public boolean isEmpty() {
    return byInbound.isEmpty();
  }

  public int size() {
    return byInbound.size();
  }

  public Optional<ChildSa> byInbound(EspSpi spi) {
    return Optional.ofNullable(byInbound.get(spi));
  }

  public Optional<ChildSa> byOutbound(EspSpi spi) {
    return byInbound.values().stream().filter(c -> c.outbound().equals(spi)).findFirst();
  }

  /** The generation of {@code name} that is in use, if there is one. */
  public Optional<ChildSa> current(String name) {
    return byInbound.values().stream()
        .filter(c -> c.name().equals(name))
        .filter(c -> c.phase() == ChildSa.Phase.LIVE || c.phase() == ChildSa.Phase.REKEYING)
        .reduce((_, last) -> last);
  }

  /**
   * Whether other SPIs are worth a try, when one of {@code name} was taken in the kernel: not twice
   * in a row.
   */
  public boolean isFirstCollision(String name) {
    return !collided.remove(name) && collided.add(name);
  }

  /** A new child stands in the kernel. */
  public ChildSa up(ChildSaSnapshot snapshot) {
    collided.remove(snapshot.child());
    ChildSa child = new ChildSa(snapshot, host.nowNs());
    byInbound.put(child.inbound(), child);
    host.emit(new Effect.Replicate(new IkeEvent.ChildSaUp(sa.spis(), snapshot)));
    host.childUp(sa, child);
    return child;
  }

  /** The successor of {@code old} stands in the kernel, without its outbound SA. */
  public ChildSa rekeyed(ChildSa old, ChildSaSnapshot fresh) {
    collided.remove(fresh.child());
    ChildSa child = new ChildSa(fresh, host.nowNs());
    byInbound.put(child.inbound(), child);
    child.setReplaces(Optional.of(old.inbound()));
    old.replaced(host.nowNs() + host.config().closeNs());
    host.emit(new Effect.Replicate(new IkeEvent.ChildSaRekeyed(sa.spis(), old.inbound(), fresh)));
    host.childUp(sa, child);
    return child;
  }

  /** What is sent from now on goes out on {@code fresh}, if it did not already. */
  public void switchTo(ChildSa fresh) {
    boolean waits = fresh.replaces().isPresent();
    Optional<ChildSa> old = waits ? sending(fresh) : Optional.empty();
    fresh.setReplaces(Optional.empty());
    if (old.isEmpty() || fresh.value().outboundActive()) {
      return;
    }
    long now = host.nowNs();
    ChildSaSnapshot before = old.get().snapshot(now);
    old.get().set(old.get().value().withOutboundActive(false));
    fresh.set(fresh.value().withOutboundActive(true));
    host.emit(
        new Effect.Replicate(
            new IkeEvent.ChildSaSwitched(sa.spis(), before.inboundSpi(), fresh.inbound())));
    host.emit(new Effect.SwitchOutbound(before, fresh.snapshot(now)));
  }

  /**
   * The generation before {@code fresh} whose outbound SA stands: not always the last one, if
   * nobody sent on that. What sends on a later one does not go back.
   */
  private Optional<ChildSa> sending(ChildSa fresh) {
    return byInbound.values().stream()
        .takeWhile(c -> c != fresh)
        .filter(c -> c.value().outboundActive())
        .filter(c -> c.value().reqid().equals(fresh.value().reqid()))
        .findFirst();
  }

  /** {@code child} goes out of the kernel. */
  public void down(ChildSa child, DeleteReason why) {
    successor(child).ifPresent(this::switchTo);
    handOver(child);
    ChildSaSnapshot gone = child.snapshot(host.nowNs());
    byInbound.remove(child.inbound());
    host.emit(new Effect.Replicate(new IkeEvent.ChildSaDown(sa.spis(), child.inbound(), why)));
    host.emit(new Effect.RemoveChild(gone, sharesPolicies(gone)));
    host.childDown(sa, child, why);
  }

  /** Another IKE SA's child with the same policies sends, if {@code child} did until now. */
  private void handOver(ChildSa child) {
    if (child.value().outboundActive()) {
      host.handOver(sa, child);
    }
  }

  /** The successor of {@code old} that was installed for a request of the peer and never used. */
  public Optional<ChildSa> unusedSuccessor(ChildSa old) {
    return successor(old).filter(c -> !c.value().outboundActive());
  }

  /** All children go out of the kernel together with their IKE SA, whose own event says so. */
  void downAll(DeleteReason why) {
    for (ChildSa child : all()) {
      handOver(child);
      ChildSaSnapshot gone = child.snapshot(host.nowNs());
      byInbound.remove(child.inbound());
      host.emit(new Effect.RemoveChild(gone, sharesPolicies(gone)));
      host.childDown(sa, child, why);
    }
  }

  /** They belong to {@code fresh} from now on (RFC 7296 section 2.8). */
  void moveTo(Children fresh) {
    fresh.byInbound.putAll(byInbound);
    byInbound.clear();
  }

  /** What the standby had, with the phases that follow from what is known of them. */
  void restore(List<ChildSaSnapshot> snapshots, long takenNs, long spreadNs) {
    List<ChildSaSnapshot> oldestFirst = new ArrayList<>(snapshots);
    oldestFirst.sort(Comparator.comparingLong(ChildSaSnapshot::ageNs).reversed());
    for (ChildSaSnapshot snapshot : oldestFirst) {
      ChildSa child = new ChildSa(snapshot, takenNs);
      Optional<ChildSa> old = generationBefore(child);
      old.ifPresent(o -> o.replaced(host.nowNs() + host.config().closeNs()));
      if (!snapshot.outboundActive()) {
        child.setReplaces(old.map(ChildSa::inbound));
      }
      if (child.isRekeyDue(host.nowNs())) {
        child.rekeyAt(host.nowNs() + host.entropy().jitterNs(spreadNs));
      }
      byInbound.put(child.inbound(), child);
    }
  }

  private Optional<ChildSa> generationBefore(ChildSa child) {
    return byInbound.values().stream()
        .filter(c -> c.name().equals(child.name()))
        .filter(c -> c.value().reqid().equals(child.value().reqid()))
        .reduce((_, last) -> last);
  }

  /** The generation that waits for {@code old}'s outbound SA to go. */
  private Optional<ChildSa> successor(ChildSa old) {
    return byInbound.values().stream()
        .filter(c -> c.replaces().filter(old.inbound()::equals).isPresent())
        .findFirst();
  }

  /** Whether a child that stays uses the policies of {@code gone}. */
  private boolean sharesPolicies(ChildSaSnapshot gone) {
    return byInbound.values().stream().anyMatch(c -> samePolicies(c.value(), gone))
        || host.samePolicies(sa, gone).isPresent();
  }

  /** Whether both have the same policies in the kernel. */
  public static boolean samePolicies(ChildSaSnapshot a, ChildSaSnapshot b) {
    return sameSelectors(a, b)
        && a.local().address().equals(b.local().address())
        && a.peer().address().equals(b.peer().address());
  }

  /** Whether both are for the same traffic: the order of selectors says nothing about that. */
  public static boolean sameSelectors(ChildSaSnapshot a, ChildSaSnapshot b) {
    return same(a.localTs(), b.localTs()) && same(a.remoteTs(), b.remoteTs());
  }

  private static boolean same(List<TrafficSelector> a, List<TrafficSelector> b) {
    return a.equals(b) || Set.copyOf(a).equals(Set.copyOf(b));
  }

  /** A standing child whose policies {@code fresh} would share. */
  public Optional<ChildSa> withPoliciesOf(ChildSaSnapshot fresh) {
    return byInbound.values().stream()
        .filter(c -> samePolicies(c.value(), fresh))
        .reduce((_, last) -> last);
  }

  void move(Path path) {
    for (ChildSa child : byInbound.values()) {
      ChildSaSnapshot before = child.snapshot(host.nowNs());
      child.set(child.value().withEndpoints(path.local(), path.peer(), path.udpEncap()));
      host.emit(new Effect.MoveChild(before, child.snapshot(host.nowNs())));
    }
  }

  OptionalLong next() {
    OptionalLong next = OptionalLong.empty();
    for (ChildSa child : byInbound.values()) {
      OptionalLong due = child.next();
      if (due.isPresent()) {
        next = Timers.earlier(next, due.getAsLong());
      }
    }
    return next;
  }
}
