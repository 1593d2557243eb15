package io.pollux.agent.runtime;

import io.pollux.agent.kernel.ChildSas;
import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.CounterTracker;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * The active node's counters: reads those that are due and says what moved. Owned by the SAs'
 * thread.
 */
final class ActiveCounters {
  private static final int BATCH = 4096;

  private final ChildSas table;
  private final Executor loop;
  private final PollPolicy policy;
  private final ToLongFunction<IkeEvent.ReplayAdvanced> advanced;
  private final Consumer<EspSpi> firstPacket;
  private final Map<EspSpi, ChildSaSnapshot> children = new LinkedHashMap<>();
  private final Map<EspSpi, EspSpi> byOutbound =
      new HashMap<>(); // the peer chose those: rarely two are equal
  private final Set<EspSpi> unused = new HashSet<>();
  private final Set<EspSpi> sending = new HashSet<>(); // or were, in this reign
  private final Told told = new Told();
  private CounterTracker tracker;
  private boolean reading;
  private boolean frozen;

  /**
   * Makes it.
   *
   * @param advanced tells the standby: the index in the journal, 0 if nobody will acknowledge it
   */
  ActiveCounters(
      ChildSas table,
      Executor loop,
      PollPolicy policy,
      ToLongFunction<IkeEvent.ReplayAdvanced> advanced,
      Consumer<EspSpi> firstPacket) {
    this.table = table;
    this.loop = loop;
    this.policy = policy;
    this.advanced = advanced;
    this.firstPacket = firstPacket;
    this.tracker = new CounterTracker(policy);
  }

  void add(IkeSpis sa, ChildSaSnapshot child, long nowNs) {
    tracker.add(sa, child, nowNs);
    children.put(child.inboundSpi(), child);
    byOutbound.put(child.outboundSpi(), child.inboundSpi());
    if (!child.outboundActive()) {
      unused.add(child.inboundSpi());
    }
  }

  /** The child belongs to another IKE SA now; its counters go on. */
  void reparent(IkeSpis sa, ChildSaSnapshot child, long nowNs) {
    Optional<CounterTracker.Status> before = tracker.status(child.inboundSpi(), nowNs);
    ReplayState read = before.map(CounterTracker.Status::lastRead).orElse(child.replay());
    boolean waits = unused.contains(child.inboundSpi());
    add(sa, child.withAge(child.ageNs(), read), nowNs);
    if (!waits) {
      unused.remove(child.inboundSpi());
    }
  }

  /** The outbound SA of {@code inbound} stands in the kernel now, or does not any more. */
  void switched(EspSpi inbound, boolean active) {
    children.computeIfPresent(inbound, (_, child) -> child.withOutboundActive(active));
    unused.remove(inbound);
  }

  void moved(ChildSaSnapshot after) {
    children.computeIfPresent(after.inboundSpi(), (_, _) -> after);
  }

  void remove(EspSpi inbound) {
    tracker.remove(inbound);
    ChildSaSnapshot gone = children.remove(inbound);
    if (gone != null) {
      byOutbound.remove(gone.outboundSpi(), inbound);
    }
    unused.remove(inbound);
    sending.remove(inbound);
    told.remove(inbound);
  }

  /** All that are installed, in the order of their installation. */
  Collection<ChildSaSnapshot> children() {
    return children.values();
  }

  void clear() {
    tracker = new CounterTracker(policy);
    children.clear();
    byOutbound.clear();
    unused.clear();
    sending.clear();
    told.clear();
  }

  /** Experiments only: nothing is told to the standby any more. */
  void freeze() {
    frozen = true;
  }

  long nextWakeNs() {
    return reading ? Long.MAX_VALUE : tracker.nextPollNs().orElse(Long.MAX_VALUE);
  }

  void wake(long nowNs) {
    if (reading) {
      return;
    }
    List<ChildSaSnapshot> due = new ArrayList<>();
    for (EspSpi spi : tracker.due(nowNs, BATCH)) {
      due.add(children.get(spi));
    }
    if (!due.isEmpty()) {
      reading = true;
      table.read(
          due,
          loop,
          readings -> {
            reading = false;
            take(readings);
          });
    }
  }

  /**
   * The kernel's own event about one SA, of either direction. One that is not followed yet needs
   * none: it is read as soon as it is.
   */
  void event(EspSpi spi, ReplayState state, long atNs) {
    EspSpi inbound = children.containsKey(spi) ? spi : byOutbound.get(spi);
    if (inbound != null && children.containsKey(inbound)) {
      take(List.of(new ChildSas.Reading(inbound, state, atNs)));
    }
  }

  private void take(List<ChildSas.Reading> readings) {
    for (ChildSas.Reading reading : readings) {
      Optional<IkeEvent.ReplayAdvanced> event =
          tracker.read(reading.inbound(), reading.state(), reading.atNs());
      if (event.isPresent() && !frozen) {
        told(advanced.applyAsLong(event.get()), event.get());
      }
      if (reading.state().seq() != 0 && unused.remove(reading.inbound())) {
        firstPacket.accept(reading.inbound());
      }
    }
  }

  /** Everything once more, at once; {@code then} gets the readings. */
  void readAll(Consumer<List<ChildSas.Reading>> then) {
    table.read(
        List.copyOf(children.values()),
        loop,
        readings -> {
          take(readings);
          then.accept(readings);
        });
  }

  /** The standby has everything that was told up to this index of the journal. */
  void acknowledged(long index) {
    told.acknowledged(index, tracker::confirmed);
  }

  /** This is on its way to the standby; 0: to nobody who would acknowledge it. */
  void told(long index, IkeEvent.ReplayAdvanced event) {
    if (index != 0) {
      told.add(index, event.inbound(), event.state());
    }
  }

  /** How many readings the standby has not acknowledged. */
  int waiting() {
    return told.size();
  }

  /** The outbound SA comes into the kernel; whether it never was there in this reign. */
  boolean sends(EspSpi inbound) {
    return sending.add(inbound);
  }

  ReplayState lastRead(EspSpi inbound) {
    return tracker.status(inbound, 0).map(CounterTracker.Status::lastRead).orElse(ReplayState.NEW);
  }

  Optional<CounterTracker.Status> status(EspSpi inbound, long nowNs) {
    return tracker.status(inbound, nowNs);
  }

  boolean follows(EspSpi inbound) {
    return children.containsKey(inbound);
  }

  /** As {@link CounterTracker#ahead}, of an SA that is in use until now. */
  Arming ahead(EspSpi inbound, long nowNs) {
    return tracker.ahead(inbound, 0, nowNs);
  }

  /** As {@link CounterTracker#ahead}, of one that has stood aside: nobody read it in its last. */
  Arming aheadAgain(EspSpi inbound, long nowNs) {
    return tracker.ahead(inbound, policy.idleNs(), nowNs);
  }

  /** As {@link CounterTracker#stepped}: to be told before the kernel is. */
  Optional<IkeEvent.ReplayAdvanced> stepped(EspSpi inbound, long oseq, long packets, long nowNs) {
    return tracker.stepped(inbound, oseq, packets, nowNs);
  }

  /** Outbound SAs whose numbers would not last for two more takeovers. */
  List<EspSpi> toRekey(JumpPolicy policy) {
    return tracker.toRekey(policy).stream()
        .filter(child -> children.get(child).outboundActive())
        .toList();
  }
}
