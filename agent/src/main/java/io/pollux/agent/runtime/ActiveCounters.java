package io.pollux.agent.runtime;

import io.pollux.agent.kernel.SaTable;
import io.pollux.ha.counters.CounterTracker;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The active node's counters (DESIGN 4.2): reads those that are due and says what moved. Owned by the SAs' thread. */
final class ActiveCounters {
  private static final int BATCH = 4096;

  private final SaTable table;
  private final Executor loop;
  private final PollPolicy policy;
  private final Consumer<IkeEvent.ReplayAdvanced> advanced;
  private final Consumer<EspSpi> firstPacket;
  private final Map<EspSpi, ChildSaSnapshot> children = new LinkedHashMap<>();
  private final Set<EspSpi> unused = new HashSet<>();
  private CounterTracker tracker;
  private boolean reading;
  private boolean frozen;

  ActiveCounters(
      SaTable table,
      Executor loop,
      PollPolicy policy,
      Consumer<IkeEvent.ReplayAdvanced> advanced,
      Consumer<EspSpi> firstPacket) {
    this.table = table;
    this.loop = loop;
    this.policy = policy;
    this.advanced = advanced;
    this.firstPacket = firstPacket;
    this.tracker = new CounterTracker(policy);
  }

  void add(IkeSpis sa, ChildSaSnapshot child, long debt, long nowNs) {
    tracker.add(sa, child, debt, nowNs);
    children.put(child.inboundSpi(), child);
    if (!child.outboundActive()) {
      unused.add(child.inboundSpi());
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
    children.remove(inbound);
    unused.remove(inbound);
  }

  void clear() {
    tracker = new CounterTracker(policy);
    children.clear();
    unused.clear();
  }

  /** Experiments only: nothing is told to the standby any more. */
  void freeze() {
    frozen = true;
  }

  boolean frozen() {
    return frozen;
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

  private void take(List<SaTable.Reading> readings) {
    for (SaTable.Reading reading : readings) {
      Optional<IkeEvent.ReplayAdvanced> event =
          tracker.read(reading.inbound(), reading.state(), reading.atNs());
      if (event.isPresent() && !frozen) {
        advanced.accept(event.get());
      }
      if (reading.state().seq() != 0 && unused.remove(reading.inbound())) {
        firstPacket.accept(reading.inbound());
      }
    }
  }

  /** Everything once more, at once; {@code then} gets the readings. */
  void readAll(Consumer<List<SaTable.Reading>> then) {
    table.read(
        List.copyOf(children.values()),
        loop,
        readings -> {
          take(readings);
          then.accept(readings);
        });
  }

  /** The standby has acknowledged everything that was told. */
  void confirmed() {
    for (EspSpi spi : tracker.children()) {
      tracker.status(spi, 0).ifPresent(s -> tracker.confirmed(spi, s.lastRead()));
    }
  }

  ReplayState lastRead(EspSpi inbound) {
    return tracker.status(inbound, 0).map(CounterTracker.Status::lastRead).orElse(ReplayState.NEW);
  }

  Optional<CounterTracker.Status> status(EspSpi inbound, long nowNs) {
    return tracker.status(inbound, nowNs);
  }

  List<EspSpi> toRekey(io.pollux.ha.counters.JumpPolicy policy) {
    return tracker.toRekey(policy);
  }
}
