package io.pollux.agent.runtime;

import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ha.takeover.TakeoverPlan;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The rekeys that nobody but this pair needs: after a takeover, and beforehand where an SA's
 * numbers would not last for two more. Owned by the SAs' thread.
 */
final class Rekeying {
  private static final long LOOK_NS = 5_000_000_000L;

  private final RekeySchedule schedule = new RekeySchedule();
  private final Set<EspSpi> shut = new HashSet<>();
  private final ActiveCounters counters;
  private final JumpPolicy jump;
  private final boolean pair;
  private final Consumer<EspSpi> rekey;
  private final ReplaySyncs syncs;
  private final Set<EspSpi> early = new LinkedHashSet<>(); // gone before the plan came
  private Optional<Planning> awaited = Optional.empty();
  private long begunNs;
  private long nextLookNs;

  /**
   * Makes it.
   *
   * @param pair whether there is another node that might take over
   * @param rekey tells the engine
   * @param syncs what else a takeover's plan asks of the peers
   */
  Rekeying(
      ActiveCounters counters,
      JumpPolicy jump,
      boolean pair,
      Consumer<EspSpi> rekey,
      ReplaySyncs syncs) {
    this.counters = counters;
    this.jump = jump;
    this.pair = pair;
    this.rekey = rekey;
    this.syncs = syncs;
  }

  /** That of the SAs' thread, {@code loop}, and its engine. */
  static Rekeying of(
      SaParts parts, ActiveCounters counters, Executor loop, Consumer<Input> engine) {
    return new Rekeying(
        counters,
        parts.jump(),
        parts.paired(),
        spi -> engine.accept(new Input.RekeyDue(spi)),
        new ReplaySyncs(parts.table(), loop, engine));
  }

  /**
   * A reign begins; its plan is made when there is time for it, or at once when something is asked
   * that it says. Until then nothing is due.
   */
  void await(Planning plan, long nowNs) {
    clear();
    awaited = Optional.of(plan);
    begunNs = nowNs;
  }

  boolean isAwaiting() {
    return awaited.isPresent();
  }

  /** Does one piece of what is left to do for the plan; false when there was none. */
  boolean work() {
    if (awaited.isEmpty()) {
      return false;
    }
    if (!awaited.get().step()) {
      settle();
    }
    return true;
  }

  /** The plan is there from now on; what has ended since the beginning is done. */
  void settle() {
    if (awaited.isPresent()) {
      List<EspSpi> ended = List.copyOf(early);
      begin(awaited.get().finish(), begunNs);
      ended.forEach(this::gone);
    }
  }

  /** A reign begins with this plan. */
  void begin(TakeoverPlan plan, long nowNs) {
    clear();
    plan.shut().forEach(no -> shut.add(no.child()));
    schedule.plan(plan.rekeys(), nowNs);
    syncs.begin(plan.syncs(), nowNs);
    nextLookNs = nowNs + LOOK_NS;
  }

  /** Another node has used the same keys: all are replaced, at the pace that peers can follow. */
  void contested(long nowNs) {
    settle();
    counters.children().forEach(child -> schedule.atOnce(child.inboundSpi(), nowNs));
  }

  void clear() {
    schedule.clear();
    shut.clear();
    syncs.clear();
    awaited = Optional.empty();
    early.clear();
  }

  /** Whether the outbound SA of {@code child} must not come back into the kernel. */
  boolean isShut(ChildSaSnapshot child) {
    settle();
    return shut.contains(child.inboundSpi());
  }

  RekeySchedule.Progress progress() {
    settle();
    return schedule.progress();
  }

  /** How many outbound SAs do not send until they are rekeyed. */
  int shut() {
    settle();
    return shut.size();
  }

  /** A key that was replaced or deleted is no concern any more. */
  void follow(IkeEvent event) {
    switch (event) {
      case IkeEvent.ChildSaRekeyed(var _, var old, var fresh) -> {
        if (fresh.outboundActive()) {
          gone(old);
        }
      }
      case IkeEvent.ChildSaSwitched(var _, var old, var _) -> gone(old);
      case IkeEvent.ChildSaDown(var _, var inbound, var _) -> gone(inbound);
      case IkeEvent.IkeSaUp _,
          IkeEvent.IkeSaRekeyed _,
          IkeEvent.IkeSaMoved _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.IkeSaDown _,
          IkeEvent.ChildSaUp _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.WindowMoved _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.ReplayAdvanced _ -> {}
    }
  }

  void gone(EspSpi child) {
    if (isAwaiting()) {
      early.add(child);
    }
    schedule.gone(child);
    shut.remove(child);
    syncs.gone(child);
  }

  /** The peer of {@code child} sends from further on. */
  void peerStepped(ChildSaSnapshot child) {
    settle();
    syncs.stepped(child);
  }

  long nextWakeNs() {
    if (isAwaiting()) {
      return Long.MAX_VALUE;
    }
    long next = Math.min(schedule.nextNs().orElse(Long.MAX_VALUE), syncs.nextWakeNs());
    return pair ? Math.min(nextLookNs, next) : next;
  }

  void wake(long nowNs) {
    if (isAwaiting()) {
      return;
    }
    if (pair && nowNs - nextLookNs >= 0) {
      nextLookNs = nowNs + LOOK_NS;
      counters.toRekey(jump).forEach(child -> schedule.soon(child, nowNs));
    }
    List<EspSpi> due = new ArrayList<>(schedule.due(nowNs));
    due.forEach(rekey);
    syncs.wake(nowNs);
  }
}
