package io.pollux.agent.metrics;

import io.pollux.agent.commands.Gateway;
import io.pollux.agent.commands.Gateway.Counters;
import io.pollux.agent.commands.Gateway.Overview;
import io.pollux.agent.commands.Gateway.PairView;
import io.pollux.agent.commands.PairStatus;
import io.pollux.agent.kernel.XfrmStatistics;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ike.engine.ChildDown;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Asks the daemon what it knows and writes it down. */
final class Collector {
  private static final long ANSWER_SECONDS = 5;
  private static final double SECOND = 1e9;

  private final Gateway gateway;
  private final Supplier<? extends Map<String, Long>> xfrm;

  Collector(Gateway gateway) {
    this(gateway, XfrmStatistics::read);
  }

  Collector(Gateway gateway, Supplier<? extends Map<String, Long>> xfrm) {
    this.gateway = gateway;
    this.xfrm = xfrm;
  }

  /**
   * Everything, now.
   *
   * @throws TimeoutException a thread of the daemon does not answer: that is news of its own
   */
  String collect() throws InterruptedException, ExecutionException, TimeoutException {
    Exposition e = new Exposition();
    Overview now = get(gateway.overview());
    process(e, now);
    tunnels(e, now);
    ike(e, now);
    counters(e, get(gateway.counters()));
    e.counter("pollux_xfrm_errors_total", "Packets that the kernel's XFRM dropped, by reason");
    xfrm.get().forEach((name, value) -> e.sample(value, "reason", name));
    if (gateway.pair().isPresent()) {
      Gateway.Pair pair = gateway.pair().get();
      pair(e, pair.name(), get(pair.look()));
      e.counter("pollux_vrrp_refused_total", "VRRP packets that were refused, by reason");
      get(pair.vrrpRefused())
          .forEach((why, n) -> e.sample(n, "reason", why.name().toLowerCase(Locale.ROOT)));
      takeovers(e, get(pair.history()).takeovers());
    }
    return e.toString();
  }

  private static <T> T get(CompletableFuture<T> answer)
      throws InterruptedException, ExecutionException, TimeoutException {
    return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  private void process(Exposition e, Overview now) {
    e.gauge("pollux_node_info", "Always 1: the node's name")
        .sample(1, "node", gateway.config().node().name());
    e.gauge(
            "pollux_ike_keys_exposed",
            "Whether keys of IKE SAs are written to a file: for debugging alone")
        .sample(gateway.exposedKeys().isPresent());
    e.gauge("pollux_start_time_seconds", "Start of the daemon since the epoch")
        .sample(ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
    e.gauge("pollux_heap_used_bytes", "Java heap in use")
        .sample(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    e.gauge("pollux_threads", "Threads of the daemon")
        .sample(ManagementFactory.getThreadMXBean().getThreadCount());
    double millis =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(g -> Math.max(0, g.getCollectionTime()))
            .sum();
    e.counter("pollux_gc_seconds_total", "Time spent on collecting garbage").sample(millis / 1000);
    e.counter("pollux_log_lines_dropped_total", "Log lines dropped because the ring was full")
        .sample(now.traffic().logLinesDropped());
  }

  /** Every configured child, so that one that is down does not vanish. */
  private void tunnels(Exposition e, Overview now) {
    Set<String> up = new LinkedHashSet<>();
    Map<String, Integer> ikeSas = new LinkedHashMap<>();
    now.sas()
        .forEach(
            s -> {
              ikeSas.merge(s.connection(), 1, Integer::sum);
              s.children().forEach(c -> up.add(s.connection() + '\n' + c.child()));
            });
    List<ConnectionPolicy> all = gateway.config().connections();
    e.gauge("pollux_child_up", "Whether a configured child has an SA (on a standby: a copy)");
    each(
        all,
        (c, x) -> e.sample(up.contains(c + '\n' + x.name()), "connection", c, "child", x.name()));
    e.gauge("pollux_child_start", "Whether a child is configured to be up always");
    each(
        all,
        (c, x) ->
            e.sample(
                x.start() == ChildPolicy.StartAction.START, "connection", c, "child", x.name()));
    e.gauge("pollux_child_failures", "Failures in a row of a child that is down");
    for (ChildDown d : now.down()) {
      e.sample(d.failures(), "connection", d.connection(), "child", d.child());
    }
    e.gauge("pollux_ike_sas", "Established IKE SAs of a configured connection");
    all.forEach(c -> e.sample(ikeSas.getOrDefault(c.name(), 0), "connection", c.name()));
    e.gauge("pollux_half_open_ike_sas", "IKE SAs that are not established yet")
        .sample(now.engine().halfOpen());
  }

  private interface EachChild {
    void take(String connection, ChildPolicy child);
  }

  private static void each(List<ConnectionPolicy> connections, EachChild child) {
    connections.forEach(c -> c.children().forEach(x -> child.take(c.name(), x)));
  }

  private static void ike(Exposition e, Overview now) {
    e.counter("pollux_ike_datagrams_received_total", "IKE datagrams received")
        .sample(now.traffic().received());
    e.counter("pollux_ike_datagrams_sent_total", "IKE datagrams sent").sample(now.traffic().sent());
    e.counter("pollux_ike_datagrams_flooded_total", "IKE datagrams dropped, too many waited")
        .sample(now.traffic().flooded());
    Map<String, Long> counters = now.engine().counters();
    e.counter("pollux_ike_retransmissions_total", "Requests sent again (RFC 7296 section 2.1)")
        .sample(counters.getOrDefault("retransmissions", 0L));
    byPrefix(e, counters, "received_", "pollux_ike_notifies_received_total", "type");
    byPrefix(e, counters, "sent_", "pollux_ike_notifies_sent_total", "type");
    byPrefix(e, counters, "closed_", "pollux_ike_sas_closed_total", "reason");
    e.counter("pollux_ike_events_total", "Other things that the IKE engine counts");
    counters.forEach(
        (name, value) -> {
          if (!name.matches("(received|sent|closed)_.*|retransmissions")) {
            e.sample(value, "event", name);
          }
        });
    e.counter("pollux_induced_rekeys_total", "SAs rekeyed because their peer has lost count")
        .sample(now.induced().done());
    e.counter("pollux_induced_rekeys_suppressed_total", "Times when that was due, and not done")
        .sample(now.induced().quiet(), "reason", "quiet")
        .sample(now.induced().capped(), "reason", "capped")
        .sample(now.induced().older(), "reason", "older");
    e.gauge("pollux_ike_messages_held", "IKE messages that wait for the standby")
        .sample(now.heldBack());
  }

  private static void byPrefix(
      Exposition e, Map<String, Long> counters, String prefix, String name, String label) {
    e.counter(name, "Of the IKE engine, by " + label);
    counters.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            e.sample(value, label, key.substring(prefix.length()).toUpperCase(Locale.ROOT));
          }
        });
  }

  private static void counters(Exposition e, List<Counters> all) {
    e.gauge("pollux_child_sas", "Child SAs").sample(all.size());
    e.gauge(
            "pollux_ha_lag_packets",
            "Active: outbound packets of one SA that the standby has not confirmed, the largest")
        .sample(
            all.stream().flatMap(c -> c.read().stream()).mapToLong(r -> r.lag()).max().orElse(0));
    e.gauge("pollux_reading_age_seconds", "Since the oldest reading of an SA's counters")
        .sample(
            all.stream()
                    .mapToLong(
                        c ->
                            c.read()
                                .map(r -> r.ageNs())
                                .or(() -> c.armed().map(m -> m.ageNs()))
                                .orElse(0L))
                    .max()
                    .orElse(0)
                / SECOND);
  }

  private static void pair(Exposition e, String name, PairView v) {
    PairStatus status = PairStatus.of(v);
    e.gauge("pollux_ha_role", "1 for the role that this node has");
    for (RoleState.Role role : RoleState.Role.values()) {
      String text = role.name().toLowerCase(Locale.ROOT);
      e.sample(role == v.role().role(), "role", text, "pair", name);
    }
    e.gauge("pollux_ha_ready", "Whether a failover would be safe now").sample(status.ready());
    e.gauge("pollux_ha_obstacles", "What stands in the way of a safe failover")
        .sample(status.obstacles().size());
    e.gauge("pollux_ha_link_up", "Whether the link between the nodes stands").sample(v.linkUp());
    e.gauge("pollux_ha_gate_open", "Whether this node may send").sample(v.gateOpen(), "pair", name);
    e.gauge("pollux_ha_epoch", "Number of the reign").sample(v.epoch());
    e.gauge("pollux_ha_standby_age_seconds", "Active: age of the standby's last acknowledgement");
    if (v.lastAckAgeNs() >= 0) {
      e.sample(v.lastAckAgeNs() / SECOND);
    }
    e.gauge("pollux_ha_smallest_margin_packets", "The standby's smallest margin, on either node");
    status.smallest().ifPresent(s -> e.sample(s.packets()));
    e.gauge("pollux_ha_shut_sas", "SAs of the standby that would have to be rekeyed first")
        .sample(status.shut());
    e.gauge("pollux_ha_audit_differences", "Differences between the kernels of both nodes")
        .sample(v.audit().standing().size());
    e.counter("pollux_ha_audit_repaired_total", "Differences that were repaired")
        .sample(v.audit().repaired());
    e.gauge("pollux_ha_configurations_differ", "Whether the nodes are configured differently")
        .sample(v.config().known() && !v.config().same());
    e.gauge("pollux_ha_rekeys_waiting", "Rekeys after a takeover that are still to come")
        .sample(v.rekeys().waiting());
  }

  private static void takeovers(Exposition e, List<TakeoverRecord> all) {
    e.gauge("pollux_ha_takeovers", "Takeovers by this node in its history").sample(all.size());
    e.gauge(
        "pollux_ha_last_takeover_seconds", "From the decision to the announcement, the last time");
    if (!all.isEmpty()) {
      all.getLast().decisionToAnnouncedNs().ifPresent(ns -> e.sample(ns / SECOND));
    }
    e.gauge("pollux_ha_last_detection_seconds", "From the other's last word to the decision");
    if (!all.isEmpty()) {
      all.getLast().detectionNs().ifPresent(ns -> e.sample(ns / SECOND));
    }
  }
}
