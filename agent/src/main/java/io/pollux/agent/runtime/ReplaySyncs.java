package io.pollux.agent.runtime;

import io.pollux.agent.kernel.ChildSas;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.ha.takeover.ReplaySync;
import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a takeover: peers are asked, one after the other, to step over what the dead node may have
 * received, and an inbound window follows when its peer has done so. Owned by the SAs' thread.
 */
final class ReplaySyncs {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.counters");

  private final ChildSas table;
  private final Executor loop;
  private final Consumer<Input> engine;
  private final Deque<ReplaySync> waiting = new ArrayDeque<>();
  private final Map<EspSpi, Long> tops = new LinkedHashMap<>();
  private long begunNs;

  ReplaySyncs(ChildSas table, Executor loop, Consumer<Input> engine) {
    this.table = table;
    this.loop = loop;
    this.engine = engine;
  }

  /** A reign begins with these, in the order of their delays. */
  void begin(List<ReplaySync> syncs, long nowNs) {
    clear();
    begunNs = nowNs;
    waiting.addAll(syncs);
    syncs.forEach(s -> tops.putAll(s.tops()));
  }

  void clear() {
    waiting.clear();
    tops.clear();
  }

  void gone(EspSpi child) {
    tops.remove(child);
  }

  long nextWakeNs() {
    return waiting.isEmpty() ? Long.MAX_VALUE : begunNs + waiting.peek().delayNs();
  }

  void wake(long nowNs) {
    while (!waiting.isEmpty() && nowNs - nextWakeNs() >= 0) {
      ReplaySync due = waiting.remove();
      engine.accept(new Input.ReplaySyncDue(due.child(), due.delta()));
    }
  }

  /**
   * The peer has stepped: the window of {@code child} goes forward, once, unless traffic has moved
   * it there already. A first packet between the reading and the writing is the only one whose
   * repetition this would let through.
   */
  void stepped(ChildSaSnapshot child) {
    Long top = tops.remove(child.inboundSpi());
    if (top == null) {
      return;
    }
    table.read(
        List.of(child),
        loop,
        readings ->
            readings.stream()
                .filter(r -> Long.compareUnsigned(r.state().seq(), top) < 0)
                .forEach(_ -> raise(child, top)));
  }

  private void raise(ChildSaSnapshot child, long top) {
    table.writeInbound(
        List.of(new ChildSas.Write(child, top)),
        KernelThread.SA,
        loop,
        refused -> {
          if (refused == 0) {
            LOG.info(
                "esp={} child={}: inbound window goes on from {}",
                child.inboundSpi(),
                child.child(),
                Long.toUnsignedString(top));
          }
        });
  }
}
