package io.pollux.ha.shadow;

import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Segment;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Everything that a node knows about the pair's SAs: a fold over frames. On the standby it follows
 * the active node's frames and says what its kernel must do; on the active node it follows the own
 * journal (the changes are dropped: that kernel has them already), so that a snapshot for the other
 * node never asks the engine.
 *
 * <p>A step of the engine is taken as a whole: its events wait until the last one is here, and are
 * forgotten when it never comes. What the last one reveals was held back, so nobody has seen it.
 *
 * <p>Snapshot and then the frames after it lead to the same shadow as all frames. Frames of an
 * epoch that came before, and frames that leave a gap, are refused. Counters and message IDs never
 * go back. Not thread safe.
 */
public final class Shadow {
  private final Segment segment;
  private final Map<IkeSpis, HeldIkeSa> ikeSas = new TreeMap<>();
  private final HeldChildren children = new HeldChildren();
  private final List<Waiting> step = new ArrayList<>(); // frames whose step is not whole yet
  private long epoch;
  private long index;

  private record Waiting(HaFrame frame, long asOfNs) {}

  public Shadow(Segment segment) {
    this.segment = segment;
  }

  /** An empty shadow of a pair, of no epoch: the first thing that it takes is a snapshot. */
  public Shadow() {
    this(Segment.DEFAULT);
  }

  /** Takes one frame. */
  public ShadowOutcome apply(HaFrame frame, long nowNs) {
    if (frame.epoch() < epoch) {
      return new ShadowOutcome.OldEpoch(epoch, frame.epoch());
    }
    if (frame.epoch() > epoch || !frame.segment().equals(segment)) {
      return new ShadowOutcome.SnapshotNeeded(
          "frame of epoch "
              + frame.epoch()
              + " segment "
              + frame.segment().value()
              + ", the shadow is of epoch "
              + epoch
              + " segment "
              + segment.value());
    }
    if (frame.index() <= index) {
      return new ShadowOutcome.Duplicate();
    }
    while (!step.isEmpty() && step.getLast().frame.index() >= frame.index()) {
      step.removeLast(); // the sender began once more
    }
    long have = step.isEmpty() ? index : step.getLast().frame.index();
    if (frame.previous() > have) {
      return new ShadowOutcome.SnapshotNeeded(
          "frame " + frame.index() + " follows " + frame.previous() + ", the shadow is at " + have);
    }
    Optional<String> obstacle = obstacle(frame.event());
    if (obstacle.isPresent()) {
      return new ShadowOutcome.SnapshotNeeded(obstacle.get());
    }
    step.add(new Waiting(frame, nowNs - frame.heldNs()));
    return new ShadowOutcome.Applied(frame.more() ? List.of() : whole(nowNs));
  }

  private List<ShadowChange> whole(long nowNs) {
    List<ShadowChange> changes = new ArrayList<>();
    for (Waiting each : step) {
      fold(each.frame.event(), nowNs, each.asOfNs, changes);
    }
    index = step.getLast().frame.index();
    step.clear();
    return changes;
  }

  /** Becomes the snapshot; the changes are the difference. */
  public ShadowOutcome replace(HaSnapshot snapshot, long nowNs) {
    if (snapshot.epoch() < epoch) {
      return new ShadowOutcome.OldEpoch(epoch, snapshot.epoch());
    }
    if (snapshot.epoch() == epoch && snapshot.index() < index) {
      return new ShadowOutcome.Duplicate();
    }
    epoch = snapshot.epoch();
    index = snapshot.index();
    step.clear();
    ikeSas.clear();
    long asOfNs = nowNs - snapshot.heldNs();
    List<HeldChildren.Owned> fresh = new ArrayList<>();
    for (IkeSaSnapshot sa : snapshot.sas()) {
      ikeSas.put(sa.spis(), new HeldIkeSa(sa, asOfNs));
      sa.children().forEach(child -> fresh.add(new HeldChildren.Owned(sa.spis(), child, asOfNs)));
    }
    // Oldest first, as they came: where two need one policy, the newest has it.
    fresh.sort(Comparator.comparingLong((HeldChildren.Owned o) -> o.child().ageNs()).reversed());
    List<ShadowChange> changes = new ArrayList<>();
    children.reconcile(children.spis(), fresh, Optional.empty(), nowNs, changes);
    return new ShadowOutcome.Applied(changes);
  }

  /** This node begins a reign: the content stays, the frames of the new epoch start at 1. */
  public void reign(long newEpoch) {
    if (newEpoch <= epoch) {
      throw new IllegalArgumentException("epoch " + newEpoch + " after " + epoch);
    }
    epoch = newEpoch;
    index = 0;
    step.clear();
  }

  /** Counters that this node knows by itself when its reign begins: how far it has jumped. */
  public void know(EspSpi inbound, ReplayState state) {
    children.find(inbound).ifPresent(held -> held.advance(state));
  }

  /** Everything, with ages as of {@code nowNs}. The taker may close the secrets in it. */
  public HaSnapshot snapshot(long nowNs) {
    List<IkeSaSnapshot> all = new ArrayList<>(ikeSas.size());
    ikeSas.forEach((spis, sa) -> all.add(sa.at(nowNs, childrenOf(spis, nowNs))));
    return new HaSnapshot(epoch, segment, index, all);
  }

  /**
   * As {@link #snapshot}, but the keys are still the shadow's own: who takes it copies what it will
   * close. That is half of the work for a promotion, where one of many SAs is needed at first. A
   * shadow never closes a key, so what was lent stays good when its SA goes.
   */
  public HaSnapshot lent(long nowNs) {
    List<IkeSaSnapshot> all = new ArrayList<>(ikeSas.size());
    ikeSas.forEach((spis, sa) -> all.add(sa.lentAt(nowNs, children.lentOf(spis, nowNs))));
    return new HaSnapshot(epoch, segment, index, all);
  }

  /** One IKE SA with its children, ages as of {@code nowNs}. */
  public Optional<IkeSaSnapshot> ikeSa(IkeSpis spis, long nowNs) {
    return Optional.ofNullable(ikeSas.get(spis)).map(sa -> sa.at(nowNs, childrenOf(spis, nowNs)));
  }

  /** One Child SA by the SPI that this gateway chose, age as of {@code nowNs}. */
  public Optional<ChildSaSnapshot> child(EspSpi inbound, long nowNs) {
    return children.find(inbound).map(held -> held.copyAt(nowNs));
  }

  /** The SPIs that must not be drawn again. */
  public Set<EspSpi> inboundSpis() {
    return children.spis();
  }

  public long epoch() {
    return epoch;
  }

  /** The last index of {@link #epoch} that is in here. */
  public long index() {
    return index;
  }

  /** Whether the last frame's step goes on: what came of it is not in here yet. */
  public boolean isInStep() {
    return !step.isEmpty();
  }

  public int ikeSaCount() {
    return ikeSas.size();
  }

  public int childCount() {
    return children.size();
  }

  private List<ChildSaSnapshot> childrenOf(IkeSpis spis, long nowNs) {
    return children.of(spis).stream().map(held -> held.copyAt(nowNs)).toList();
  }

  /**
   * Why an event cannot be applied: what it builds on is missing. Events that end something,
   * counters and exchanges of an unknown SA are no obstacle: they cross with its end.
   */
  private Optional<String> obstacle(IkeEvent event) {
    return switch (event) {
      case IkeEvent.IkeSaRekeyed _,
          IkeEvent.IkeSaMoved _,
          IkeEvent.ChildSaUp _,
          IkeEvent.ChildSaRekeyed _ ->
          ikeSas.containsKey(event.sa()) || comes(event.sa())
              ? Optional.empty()
              : Optional.of(name(event) + " of the unknown IKE SA " + event.sa());
      case IkeEvent.ChildSaSwitched(_, _, var inbound) ->
          children.find(inbound).isPresent() || comes(inbound)
              ? Optional.empty()
              : Optional.of(name(event) + " to the unknown child " + inbound);
      case IkeEvent.IkeSaUp _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.IkeSaDown _,
          IkeEvent.ChildSaDown _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.WindowMoved _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.ReplayAdvanced _ ->
          Optional.empty();
    };
  }

  /** An earlier event of the same step brings it. */
  private boolean comes(IkeSpis sa) {
    return step.stream()
        .map(each -> each.frame.event())
        .anyMatch(
            e ->
                e instanceof IkeEvent.IkeSaRekeyed(_, var fresh)
                    ? fresh.spis().equals(sa)
                    : (e instanceof IkeEvent.IkeSaUp || e instanceof IkeEvent.IkeSaHalfOpen)
                        && e.sa().equals(sa));
  }

  private boolean comes(EspSpi inbound) {
    return step.stream()
        .map(each -> each.frame.event())
        .anyMatch(
            e ->
                e instanceof IkeEvent.ChildSaUp(_, var child) && child.inboundSpi().equals(inbound)
                    || e instanceof IkeEvent.ChildSaRekeyed(_, _, var fresh)
                        && fresh.inboundSpi().equals(inbound)
                    || e instanceof IkeEvent.IkeSaUp(var sa)
                        && sa.children().stream().anyMatch(c -> c.inboundSpi().equals(inbound)));
  }

  private void fold(IkeEvent event, long nowNs, long asOfNs, List<ShadowChange> out) {
    switch (event) {
      case IkeEvent.IkeSaUp(var snapshot) -> up(snapshot, nowNs, asOfNs, out);
      case IkeEvent.IkeSaHalfOpen(var snapshot, _) -> up(snapshot, nowNs, asOfNs, out);
      case IkeEvent.IkeSaRekeyed(var sa, var fresh) -> {
        children.inherit(sa, fresh.spis());
        ikeSas.put(fresh.spis(), new HeldIkeSa(fresh, asOfNs));
        for (ChildSaSnapshot child : fresh.children()) {
          children.add(
              new HeldChildren.Owned(fresh.spis(), child, asOfNs), Optional.empty(), nowNs, out);
        }
      }
      case IkeEvent.IkeSaMoved(var sa, var local, var peer, var udpEncap) -> {
        ikeSas.get(sa).endpoints(local, peer);
        for (EspSpi spi : children.spisOf(sa)) {
          children.move(spi, local, peer, udpEncap, nowNs, out);
        }
      }
      case IkeEvent.IkeSaLimited(_, var reauthNs) ->
          held(event).ifPresent(sa -> sa.limited(reauthNs));
      case IkeEvent.IkeSaDown(var sa, _) -> {
        ikeSas.remove(sa);
        children.spisOf(sa).forEach(spi -> children.remove(spi, nowNs, out));
      }
      case IkeEvent.ChildSaUp(var sa, var child) ->
          children.add(new HeldChildren.Owned(sa, child, asOfNs), Optional.empty(), nowNs, out);
      case IkeEvent.ChildSaRekeyed(var sa, var old, var fresh) ->
          children.add(new HeldChildren.Owned(sa, fresh, asOfNs), Optional.of(old), nowNs, out);
      case IkeEvent.ChildSaSwitched(_, _, var inbound) -> children.switchTo(inbound, nowNs, out);
      case IkeEvent.ChildSaDown(_, var inbound, _) -> children.remove(inbound, nowNs, out);
      case IkeEvent.ExchangeStarted started -> held(event).ifPresent(sa -> sa.started(started));
      case IkeEvent.ExchangeFinished(_, var id) -> held(event).ifPresent(sa -> sa.finished(id));
      case IkeEvent.ExchangeAnswered answered -> held(event).ifPresent(sa -> sa.answered(answered));
      case IkeEvent.WindowMoved moved -> held(event).ifPresent(sa -> sa.moved(moved));
      case IkeEvent.ReplayAdvanced(_, var inbound, var state) ->
          children.advance(inbound, state, nowNs, asOfNs, out);
    }
  }

  private void up(IkeSaSnapshot snapshot, long nowNs, long asOfNs, List<ShadowChange> out) {
    IkeSpis spis = snapshot.spis();
    ikeSas.put(spis, new HeldIkeSa(snapshot, asOfNs));
    Set<EspSpi> before = new LinkedHashSet<>(children.spisOf(spis));
    List<HeldChildren.Owned> fresh =
        snapshot.children().stream()
            .map(child -> new HeldChildren.Owned(spis, child, asOfNs))
            .toList();
    children.reconcile(before, fresh, Optional.empty(), nowNs, out);
  }

  private Optional<HeldIkeSa> held(IkeEvent event) {
    return Optional.ofNullable(ikeSas.get(event.sa()));
  }

  private static String name(IkeEvent event) {
    return event.getClass().getSimpleName();
  }
}
