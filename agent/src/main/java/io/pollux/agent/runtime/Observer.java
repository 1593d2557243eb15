package io.pollux.agent.runtime;

import io.pollux.agent.commands.Gateway.Observation;
import io.pollux.agent.commands.Gateway.Sample;
import io.pollux.agent.kernel.ChildSas;
import io.pollux.agent.kernel.InboundStatistics;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.agent.kernel.XfrmStatistics;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Looks at SAs in the kernel for whoever asks; on the least urgent lane. */
final class Observer {
  private final InboundStatistics statistics;
  private final ChildSas table;

  Observer(KernelThread kernel, ChildSas table) {
    this.statistics = new InboundStatistics(kernel);
    this.table = table;
  }

  CompletableFuture<Observation> look(List<ChildSaSnapshot> children) {
    CompletableFuture<List<ChildSas.Reading>> readings = new CompletableFuture<>();
    CompletableFuture<List<InboundStatistics.Drops>> drops = new CompletableFuture<>();
    long now = System.nanoTime();
    table.read(children, Runnable::run, readings::complete);
    statistics.read(children, Runnable::run, drops::complete);
    return readings.thenCombine(
        drops,
        (read, dropped) ->
            new Observation(now, XfrmStatistics.read(), samples(children, read, dropped)));
  }

  private static List<Sample> samples(
      List<ChildSaSnapshot> children,
      List<ChildSas.Reading> readings,
      List<InboundStatistics.Drops> dropped) {
    Map<EspSpi, ChildSas.Reading> read = new LinkedHashMap<>();
    readings.forEach(r -> read.put(r.inbound(), r));
    Map<EspSpi, InboundStatistics.Drops> drops = new LinkedHashMap<>();
    dropped.forEach(d -> drops.put(d.inbound(), d));
    List<Sample> all = new ArrayList<>();
    for (ChildSaSnapshot child : children) {
      ChildSas.Reading r = read.get(child.inboundSpi());
      InboundStatistics.Drops d = drops.get(child.inboundSpi());
      if (r != null && d != null) {
        all.add(
            new Sample(
                child,
                r.state().volume().packetsIn(),
                r.state().volume().packetsOut(),
                d.stats().replayWindow(),
                d.stats().replay(),
                d.stats().integrityFailed()));
      }
    }
    return all;
  }
}
