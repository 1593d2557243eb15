package io.pollux.agent.kernel;

import io.pollux.agent.config.NetworkConfig;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.local.Adoption;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.Volume;
import io.pollux.linux.Errno;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelPolicy;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.DumpPolicies;
import io.pollux.netlink.xfrm.DumpSas;
import io.pollux.netlink.xfrm.NewAe;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSa;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SAs and policies in the kernel, by requests of the one thread that may send them. */
public final class SaTable implements ChildSas {
  private static final Logger LOG = LoggerFactory.getLogger(SaTable.class);
  private final KernelThread kernel;
  private final CounterSweep sweep;
  private final Tunnels tunnels;
  private final RouteTable routes;
  private final StartingPoint start;
  private final Traps traps = new Traps();
  private final Blocks blocks = new Blocks(traps); // this and the rest are of the kernel's thread
  private final Permits permits = new Permits(blocks);
  private final Map<SaId, Binding> bound = new LinkedHashMap<>(); // by the inbound SA

  public SaTable(KernelThread kernel, Tunnels tunnels) {
    this.kernel = kernel;
    this.sweep = new CounterSweep(kernel);
    this.tunnels = tunnels;
    this.routes = new RouteTable(tunnels);
    this.start = new StartingPoint(tunnels, routes, blocks, permits);
  }

  @Override
  public void install(
      ChildSaSnapshot child,
      ReplayState counters,
      boolean policies,
      Executor where,
      Consumer<KernelResult> reply) {
    kernel.submit(KernelThread.SA, s -> installNow(s, child, counters, policies), where, reply);
  }

  private KernelResult installNow(
      KernelThread.Sockets s, ChildSaSnapshot child, ReplayState counters, boolean policies) {
    return installNow(s, child, new GoingOn(counters, Optional.empty()), policies);
  }

  private KernelResult installNow(
      KernelThread.Sockets s, ChildSaSnapshot child, GoingOn from, boolean policies) {
    ReplayState counters = from.counters();
    NetlinkConnection xfrm = s.xfrm();
    Binding binding = tunnels.binding(child.connection());
    bound.put(child.inbound(), binding);
    List<NlRequest> wanted = new ArrayList<>();
    List<NlRequest> undo = new ArrayList<>();
    try {
      wanted.add(
          from.window().isPresent()
              ? ChildRequests.inbound(child, counters, from.window().get(), binding)
              : ChildRequests.inbound(child, counters, binding));
      undo.add(new DelSa(ChildRequests.id(child.inbound())));
      if (child.outboundActive()) {
        wanted.add(ChildRequests.outbound(child, counters, binding));
        undo.add(new DelSa(ChildRequests.id(child.outbound())));
      }
      if (policies) {
        ChildRequests.allowing(child, binding); // or why that cannot be
      }
    } catch (ChildRequests.Inexpressible cannot) {
      bound.remove(child.inbound());
      return new KernelResult.Refused(Errno.EINVAL.number(), cannot.getMessage());
    }
    boolean fresh = policies && permits.add(child, binding);
    if (policies) {
      wanted.addAll(permits.standing(child));
    }
    List<NlResult> results = xfrm.execute(wanted);
    for (NlResult result : results) {
      if (result instanceof NlResult.Refused refused) {
        rollBack(xfrm, undo, results);
        if (fresh) {
          logRefused(xfrm.execute(permits.release(child)));
        }
        bound.remove(child.inbound());
        return new KernelResult.Refused(refused.errno(), refused.toString());
      }
    }
    if (policies) {
      routes.up(s.route(), child);
    }
    return KernelThread.done();
  }

  private static void rollBack(
      NetlinkConnection xfrm, List<NlRequest> undo, List<NlResult> results) {
    List<NlRequest> done = new ArrayList<>();
    for (int i = 0; i < undo.size(); i++) {
      if (results.get(i).ok()) {
        done.add(undo.get(i));
      }
    }
    logRefused(xfrm.execute(done));
  }

  @Override
  public void switchOutbound(
      ChildSaSnapshot old,
      ChildSaSnapshot fresh,
      ReplayState counters,
      Executor where,
      Consumer<KernelResult> reply) {
    kernel.submit(
        KernelThread.SA,
        s -> {
          try {
            NlResult in = s.xfrm().execute(ChildRequests.outbound(fresh, counters, binding(fresh)));
            if (in instanceof NlResult.Refused refused && !refused.is(Errno.EEXIST)) {
              return new KernelResult.Refused(refused.errno(), refused.toString());
            }
          } catch (ChildRequests.Inexpressible cannot) {
            return new KernelResult.Refused(Errno.EINVAL.number(), cannot.getMessage());
          }
          if (!old.outbound().equals(fresh.outbound())) { // equal: there was none to replace
            logRefused(s.xfrm().execute(List.of(new DelSa(ChildRequests.id(old.outbound())))));
          }
          return KernelThread.done();
        },
        where,
        reply);
  }

  @Override
  public void remove(ChildSaSnapshot child, boolean keepPolicies) {
    kernel.submit(KernelThread.SA, s -> removeNow(s, child, keepPolicies));
  }

  private void removeNow(KernelThread.Sockets s, ChildSaSnapshot child, boolean keepPolicies) {
    List<NlRequest> requests = new ArrayList<>();
    if (!keepPolicies) {
      routes.down(s.route(), child);
      // Before the SAs, so that no packet finds a policy without them and asks for one.
      requests.addAll(permits.release(child));
    }
    requests.add(new DelSa(ChildRequests.id(child.inbound())));
    if (child.outboundActive()) {
      requests.add(new DelSa(ChildRequests.id(child.outbound())));
    }
    logRefused(s.xfrm().execute(requests));
    bound.remove(child.inbound());
    tunnels.prune(s.route(), bound.values());
  }

  /** How the child was installed: that outlives a change of its connection's configuration. */
  private Binding binding(ChildSaSnapshot child) {
    return bound.getOrDefault(child.inbound(), tunnels.binding(child.connection()));
  }

  @Override
  public void role(boolean active) {
    kernel.submit(KernelThread.SWEEP, s -> routes.role(s.route(), active));
  }

  /** Lines for {@code ip -force -batch} that stand in for the backstop until a daemon runs. */
  public void bootFence(Executor where, Consumer<List<String>> reply) {
    kernel.submit(KernelThread.SA, _ -> routes.script(), where, reply);
  }

  @Override
  public void repair(List<ChildSaSnapshot> children, List<String> extra) {
    kernel.submit(KernelThread.SA, s -> repairNow(s, children, extra));
  }

  private void repairNow(
      KernelThread.Sockets s, List<ChildSaSnapshot> children, List<String> extra) {
    Map<PolicyKey, XfrmPolicy> wanted = new LinkedHashMap<>(blocks.all());
    for (ChildSaSnapshot child : children) {
      permits.add(child, binding(child));
    }
    wanted.putAll(permits.all());
    List<NlRequest> requests = new ArrayList<>();
    wanted.values().forEach(p -> requests.add(NewPolicy.replace(p)));
    for (XfrmPolicy policy : s.xfrm().dump(new DumpPolicies()).orThrow()) {
      if (extra.contains(Audit.policyName(policy)) && !wanted.containsKey(PolicyKey.of(policy))) {
        requests.add(new DelPolicy(PolicyKey.of(policy)));
      }
    }
    for (XfrmSa sa : s.xfrm().dump(new DumpSas()).orThrow()) {
      if (extra.stream().anyMatch(name -> name.contains(" " + sa.info().id().spi() + " "))) {
        requests.add(new DelSa(sa.id()));
      }
    }
    logRefused(s.xfrm().execute(requests));
    routes.repair(s.route());
  }

  @Override
  public void removeOutbound(ChildSaSnapshot child) {
    kernel.submit(
        KernelThread.SA,
        s -> logRefused(s.xfrm().execute(List.of(new DelSa(ChildRequests.id(child.outbound()))))));
  }

  @Override
  public void move(
      ChildSaSnapshot before,
      ChildSaSnapshot after,
      ReplayState counters,
      Executor where,
      Consumer<KernelResult> reply) {
    kernel.submit(
        KernelThread.SA,
        s -> {
          boolean addresses =
              !before.local().address().equals(after.local().address())
                  || !before.peer().address().equals(after.peer().address());
          if (!addresses) {
            return updatePorts(s.xfrm(), after);
          }
          GoingOn from = GoingOn.read(s.xfrm(), before, counters);
          removeNow(s, before, false);
          return installNow(s, after, from, true);
        },
        where,
        reply);
  }

  private KernelResult updatePorts(NetlinkConnection xfrm, ChildSaSnapshot after) {
    try {
      List<NlRequest> updates = new ArrayList<>(); // UPDSA leaves the counters as they are
      updates.add(ChildRequests.inbound(after, ReplayState.NEW, binding(after)).asUpdate());
      if (after.outboundActive()) {
        updates.add(ChildRequests.outbound(after, ReplayState.NEW, binding(after)).asUpdate());
      }
      for (NlResult result : xfrm.execute(updates)) {
        if (result instanceof NlResult.Refused refused) {
          return new KernelResult.Refused(refused.errno(), refused.toString());
        }
      }
      return KernelThread.done();
    } catch (ChildRequests.Inexpressible cannot) {
      return new KernelResult.Refused(Errno.EINVAL.number(), cannot.getMessage());
    }
  }

  @Override
  public void writeOutbound(List<Write> writes, int lane, Executor where, Consumer<Integer> reply) {
    kernel.submit(lane, s -> write(s.xfrm(), writes, ArmOrder::newAe), where, reply);
  }

  @Override
  public void arm(
      List<Write> writes, List<ChildSaSnapshot> shut, Executor where, Consumer<Armed> reply) {
    kernel.submit(KernelThread.SA, s -> ArmOrder.run(s.xfrm(), writes, shut), where, reply);
  }

  @Override
  public void writeInbound(List<Write> writes, int lane, Executor where, Consumer<Integer> reply) {
    kernel.submit(
        lane,
        s ->
            write(
                s.xfrm(),
                writes,
                w ->
                    NewAe.replay(
                        ChildRequests.id(w.child().inbound()),
                        XfrmReplayStateEsn.inbound(w.value(), w.child().replayWindow()))),
        where,
        reply);
  }

  private static int write(
      NetlinkConnection xfrm, List<Write> writes, Function<Write, NewAe> request) {
    return logRefused(xfrm.execute(writes.stream().map(request).toList()));
  }

  @Override
  public void writeVolume(ChildSaSnapshot child, Volume carried) {
    kernel.submit(
        KernelThread.SA,
        s -> {
          List<NlRequest> writes = new ArrayList<>();
          writes.add(
              NewAe.lifetime(
                  ChildRequests.id(child.inbound()),
                  ChildRequests.carried(child, carried.bytesIn(), carried.packetsIn())));
          if (child.outboundActive()) {
            writes.add(
                NewAe.lifetime(
                    ChildRequests.id(child.outbound()),
                    ChildRequests.carried(child, carried.bytesOut(), carried.packetsOut())));
          }
          logRefused(s.xfrm().execute(writes));
        });
  }

  @Override
  public void read(List<ChildSaSnapshot> children, Executor where, Consumer<List<Reading>> reply) {
    sweep.read(children, where, reply);
  }

  /**
   * Where a daemon starts from: every configured child blocks, and what an earlier daemon has left
   * is gone (each SA and policy between one of {@code locals} and anybody). Blocks come first, so
   * that nothing passes in between.
   *
   * @param reply gets why this kernel cannot have what is configured, if so
   */
  public void reset(
      List<ConnectionPolicy> connections,
      Set<InetAddress> locals,
      Executor where,
      Consumer<Optional<String>> reply) {
    kernel.submit(
        KernelThread.SA,
        s -> {
          try {
            start.cold(s, new StartingPoint.Configured(connections, locals));
            return Optional.empty();
          } catch (Tunnels.Impossible cannot) {
            return Optional.of(cannot.getMessage());
          }
        },
        where,
        reply);
  }

  /**
   * Where a daemon goes on from that another one has left: what the kernel does for {@code sas} it
   * goes on doing, what is missing of it comes back, everything else is as after {@link #reset}.
   *
   * @param stalenessNs how old the counters in {@code sas} may be
   * @param reply gets what was done, or why this kernel cannot have what is configured
   */
  public void adopt(
      StartingPoint.Configured configured,
      List<IkeSaSnapshot> sas,
      JumpPolicy jump,
      long stalenessNs,
      Executor where,
      Consumer<StartingPoint.Adopted> reply) {
    kernel.submit(
        KernelThread.SA,
        s -> {
          try {
            StartingPoint.Adopted adopted = start.adopt(s, configured, sas, jump, stalenessNs);
            sas.stream()
                .flatMap(sa -> sa.children().stream())
                .forEach(c -> bound.put(c.inbound(), tunnels.binding(c.connection())));
            return adopted;
          } catch (Tunnels.Impossible cannot) {
            return new StartingPoint.Adopted(Adoption.NOTHING, Optional.of(cannot.getMessage()));
          }
        },
        where,
        reply);
  }

  /**
   * Other connections from now on; what is installed stays as it is until it is removed. New blocks
   * stand before anything of the new connections can pass, old ones go last.
   *
   * @param reply gets why this kernel cannot have what is configured, if so; then nothing changed
   */
  public void reconfigure(
      NetworkConfig network,
      List<ConnectionPolicy> connections,
      Executor where,
      Consumer<Optional<String>> reply) {
    kernel.submit(
        KernelThread.SA,
        s -> {
          try {
            tunnels.change(s.route(), network, connections);
          } catch (Tunnels.Impossible cannot) {
            return Optional.of(cannot.getMessage());
          }
          routes.change(s.route(), connections);
          logRefused(
              s.xfrm()
                  .execute(
                      blocks.change(
                          connections,
                          tunnels::binding,
                          () -> s.xfrm().dump(new DumpPolicies()).orThrow())));
          tunnels.prune(s.route(), bound.values());
          return Optional.empty();
        },
        where,
        reply);
  }

  /** Which child a packet without an SA asks for. */
  public Traps traps() {
    return traps;
  }

  /** Says which were refused; what is there or gone already is fine. */
  static int logRefused(List<NlResult> results) {
    int refusals = 0;
    for (NlResult result : results) {
      if (result instanceof NlResult.Refused refused
          && !refused.is(Errno.ESRCH)
          && !refused.is(Errno.ENOENT)
          && !refused.is(Errno.EEXIST)) {
        refusals++;
        LOG.warn("{}", refused);
      }
    }
    return refusals;
  }
}
