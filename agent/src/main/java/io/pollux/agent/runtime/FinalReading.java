package io.pollux.agent.runtime;

import io.pollux.agent.kernel.ChildSas;
import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The last counters of a reign: read until two readings 10 ms apart are equal. */
final class FinalReading {
  private static final int MOST = 4; // bounded: the handshake waits for it
  private static final long APART_MS = 10;

  private final ActiveCounters counters;
  private final Executor loop;
  private final Runnable pump;
  private final Consumer<Outcome> reply;
  private Map<EspSpi, ReplayState> last = Map.of();
  private int readings;

  FinalReading(ActiveCounters counters, Executor loop, Runnable pump, Consumer<Outcome> reply) {
    this.counters = counters;
    this.loop = loop;
    this.pump = pump;
    this.reply = reply;
  }

  void start() {
    counters.readAll(this::take);
  }

  private void take(List<ChildSas.Reading> now) {
    Map<EspSpi, ReplayState> current = new HashMap<>();
    now.forEach(r -> current.put(r.inbound(), r.state()));
    pump.run();
    readings++;
    boolean equal = readings > 1 && current.equals(last);
    if (equal || readings == MOST || current.isEmpty()) {
      reply.accept(new Outcome(true, current.size() + " counters, " + readings + " readings"));
      return;
    }
    last = current;
    CompletableFuture.delayedExecutor(APART_MS, TimeUnit.MILLISECONDS, loop).execute(this::start);
  }
}
