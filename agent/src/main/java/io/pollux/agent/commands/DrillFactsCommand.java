package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.Counters;
import io.pollux.agent.commands.Gateway.Observation;
import io.pollux.agent.commands.Gateway.Sample;
import io.pollux.agent.config.HaConfig;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Json;
import io.pollux.agent.control.Output;
import io.pollux.agent.reload.ConfigDigest;
import io.pollux.ha.counters.CounterTracker;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.vrrp.VrrpTimers;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code drill facts}: what a drill, a process of its own, has to know of the daemon. */
final class DrillFactsCommand {
  private final Gateway gateway;

  DrillFactsCommand(Gateway gateway) {
    this.gateway = gateway;
  }

  Command command() {
    return SimpleCommand.look(
            "drill facts", "", "what a drill has to know of this daemon, as JSON", 0, this::run)
        .withDescription("For polluxctl drill itself; its keys are those of agent.drill.Facts.");
  }

  private record Tunnel(IkeSaSnapshot sa, ChildSaSnapshot child) {}

  private void run(Invocation in, Output out) throws Exception {
    Gateway.Pair half =
        gateway
            .pair()
            .orElseThrow(
                () ->
                    CommandException.negative(
                        "this gateway is not half of a pair: there is nothing to fail over to"));
    HaConfig ha = gateway.config().ha().orElseThrow();
    PairStatus pair = PairStatus.of(Commands.get(half.look()));
    boolean active = pair.view().role() instanceof RoleState.Active;
    List<TakeoverRecord> takeovers = Commands.get(half.history()).takeovers();
    List<Tunnel> tunnels =
        Commands.get(gateway.sas()).stream()
            .flatMap(sa -> sa.children().stream().map(child -> new Tunnel(sa, child)))
            .toList();
    Map<EspSpi, Counters> counters = new LinkedHashMap<>();
    Commands.get(gateway.counters()).forEach(c -> counters.put(c.child().inboundSpi(), c));
    Map<EspSpi, Sample> samples = new LinkedHashMap<>();
    if (active) {
      Observation seen = Commands.get(gateway.observe(Optional.empty()));
      seen.samples().forEach(s -> samples.put(s.child().inboundSpi(), s));
    }
    out.json(
        j -> {
          pair(pair, ha, takeovers, j);
          j.objects(
              "tunnels",
              tunnels,
              (o, t) ->
                  tunnel(
                      t,
                      Optional.ofNullable(counters.get(t.child.inboundSpi())),
                      Optional.ofNullable(samples.get(t.child.inboundSpi())),
                      o));
        });
  }

  private void pair(PairStatus pair, HaConfig ha, List<TakeoverRecord> takeovers, Json j) {
    FailoverCost cost = FailoverCost.of(pair, ha, 0, takeovers);
    HaConfig.Vrrp vrrp = ha.vrrp();
    j.field("node", gateway.config().node().name())
        .field("pid", ProcessHandle.current().pid())
        .field("active", pair.view().role() instanceof RoleState.Active)
        .field("state", pair.view().role().text())
        .field("peer", pair.peer())
        .field("ready", pair.ready())
        .strings("obstacles", pair.obstacles())
        .field("external", ha.external())
        .field("preempt", vrrp.preempt())
        .field("advertMillis", FailoverCost.millis(vrrp.advertNs()))
        .field(
            "activeDownMillis",
            FailoverCost.millis(VrrpTimers.activeDownIntervalNs(vrrp.priority(), vrrp.advertNs())))
        .field("leaseMillis", FailoverCost.millis(cost.daemonDeathNs().orElse(0)))
        .field("missedMillis", FailoverCost.millis(VrrpTimers.missedNs(vrrp.advertNs())))
        .field("takeoverMicros", micros(cost.lastNs()))
        .field(
            "marginPackets",
            pair.smallest().isPresent()
                ? OptionalLong.of(pair.smallest().get().packets())
                : OptionalLong.empty())
        .field("config", ConfigDigest.of(gateway.config()).whole())
        .objects(
            "ports",
            vrrp.instances(),
            (o, i) ->
                o.field("name", i.interfaceName())
                    .strings(
                        "addresses",
                        i.addresses().stream().map(a -> a.address().getHostAddress()).toList()));
  }

  private static OptionalLong micros(OptionalLong ns) {
    return ns.isPresent() ? OptionalLong.of(ns.getAsLong() / 1000) : OptionalLong.empty();
  }

  private static void tunnel(
      Tunnel t, Optional<Counters> counters, Optional<Sample> sample, Json o) {
    Optional<CounterTracker.Status> read = counters.flatMap(Counters::read);
    o.field("connection", t.child.connection())
        .field("child", t.child.child())
        .field("local", t.sa.local().address().getHostAddress())
        .strings("localTs", t.child.localTs())
        .strings("remoteTs", t.child.remoteTs())
        .field("ike", t.sa.spis().toString())
        .field("spiIn", t.child.inboundSpi().toString())
        .field("spiOut", t.child.outboundSpi().toString())
        .field("lag", read.map(CounterTracker.Status::lag).orElse(-1L).longValue())
        .field(
            "peakPerSecond",
            read.map(CounterTracker.Status::peakOutPerSecond).orElse(0.0).doubleValue())
        .field("packetsIn", sample.map(Sample::packetsIn).orElse(-1L).longValue())
        .field("packetsOut", sample.map(Sample::packetsOut).orElse(-1L).longValue());
  }
}
