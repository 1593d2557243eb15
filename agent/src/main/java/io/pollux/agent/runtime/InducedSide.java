package io.pollux.agent.runtime;

import io.pollux.agent.config.InducedConfig;
import io.pollux.agent.kernel.InboundStatistics;
import io.pollux.ha.induced.InducedRekey;
import io.pollux.ha.induced.Inspection;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rekeys SAs of redundant peers that have lost count. Looks at single SAs only when the namespace's
 * own counts have moved, or an SA is under suspicion. Owned by the SAs' thread.
 */
final class InducedSide {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");
  private static final long NOTHING_TO_WATCH_NS = 5_000_000_000L; // a reload may change that

  private final Supplier<InducedConfig> config;
  private final InboundStatistics statistics;
  private final ActiveCounters counters;
  private final Executor loop;
  private final Consumer<EspSpi> rekey;
  private final InducedRekey core = new InducedRekey();
  private long nextNs;
  private long dropped = Long.MIN_VALUE;
  private boolean asking;

  InducedSide(
      Supplier<InducedConfig> config,
      InboundStatistics statistics,
      ActiveCounters counters,
      Executor loop,
      Consumer<EspSpi> rekey) {
    this.config = config;
    this.statistics = statistics;
    this.counters = counters;
    this.loop = loop;
    this.rekey = rekey;
  }

  InducedRekey.Totals totals() {
    return core.totals();
  }

  /** A reign begins or ends: other SAs, other counts. */
  void begin(long nowNs) {
    core.clear();
    dropped = Long.MIN_VALUE;
    asking = false;
    nextNs = nowNs;
  }

  long nextWakeNs() {
    return asking ? Long.MAX_VALUE : nextNs;
  }

  void wake(long nowNs) {
    if (asking || nowNs - nextNs < 0) {
      return;
    }
    InducedConfig now = config.get();
    List<ChildSaSnapshot> watched = now.redundant().isEmpty() ? List.of() : watched(now);
    nextNs = nowNs + (watched.isEmpty() ? NOTHING_TO_WATCH_NS : now.intervalNs());
    if (!watched.isEmpty()) {
      asking = true;
      statistics.dropped(loop, sum -> counted(sum, watched));
    }
  }

  private List<ChildSaSnapshot> watched(InducedConfig now) {
    return counters.children().stream()
        .filter(c -> now.redundant().contains(c.connection()))
        .toList();
  }

  private void counted(long sum, List<ChildSaSnapshot> watched) {
    asking = false;
    boolean moved = sum < 0 || sum != dropped;
    dropped = sum;
    if (moved || core.totals().suspects() > 0) {
      asking = true;
      statistics.read(watched, loop, drops -> inspected(drops, watched));
    }
  }

  private void inspected(List<InboundStatistics.Drops> drops, List<ChildSaSnapshot> watched) {
    asking = false;
    Map<EspSpi, ChildSaSnapshot> byInbound = new LinkedHashMap<>();
    Map<String, EspSpi> newest = new LinkedHashMap<>(); // in the order of their installation
    watched.forEach(
        c -> {
          byInbound.put(c.inboundSpi(), c);
          newest.put(owner(c), c.inboundSpi());
        });
    List<Inspection> inspections = new ArrayList<>();
    for (InboundStatistics.Drops d : drops) {
      ChildSaSnapshot child = byInbound.get(d.inbound());
      inspections.add(
          new Inspection(
              d.inbound(),
              owner(child),
              child.algorithms().esn(),
              newest.get(owner(child)).equals(d.inbound()),
              d.top(),
              d.stats().replayWindow(),
              d.stats().replay(),
              d.stats().integrityFailed()));
    }
    core.retain(byInbound.keySet(), newest.keySet());
    for (EspSpi spi : core.look(inspections, config.get().policy(), System.nanoTime())) {
      LOG.warn(
          "conn={} child={} spi={}: only packets that are not acceptable: the peer has lost count,"
              + " new keys",
          byInbound.get(spi).connection(),
          byInbound.get(spi).child(),
          spi);
      rekey.accept(spi);
    }
  }

  private static String owner(ChildSaSnapshot child) {
    return child.connection() + '\n' + child.child();
  }
}
