package io.pollux.agent.kernel;

import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.local.Adoption;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.Volume;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelPolicy;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.DumpPolicies;
import io.pollux.netlink.xfrm.DumpSas;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.NewSpdInfo;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmSa;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel as a daemon finds it, and as it wants it before it does anything else: cold, where
 * nothing of an earlier daemon is left, or with the SAs of the one that it goes on for. In both
 * cases every configured child that has no tunnel blocks, and at no instant anything passes that
 * should not. Owned by the kernel's thread.
 */
public final class StartingPoint {
  private static final Logger LOG = LoggerFactory.getLogger(StartingPoint.class);
  private static final int RESERVED_SPIS = 256; // RFC 4303 section 2.1; 0 is a larval SA

  private final Tunnels tunnels;
  private final RouteTable routes;
  private final Blocks blocks;
  private final Permits permits;

  /**
   * What is configured.
   *
   * @param locals our outer addresses
   */
  public record Configured(List<ConnectionPolicy> connections, Set<InetAddress> locals) {}

  /**
   * What an adoption has come to.
   *
   * @param impossible why this kernel cannot have what is configured, if so
   */
  public record Adopted(Adoption adoption, Optional<String> impossible) {}

  StartingPoint(Tunnels tunnels, RouteTable routes, Blocks blocks, Permits permits) {
    this.tunnels = tunnels;
    this.routes = routes;
    this.blocks = blocks;
    this.permits = permits;
  }

  /** Each SA and policy between one of our addresses and anybody goes; blocks come first. */
  void cold(KernelThread.Sockets s, Configured configured) {
    tunnels.create(s.route(), configured.connections);
    routes.begin(s.route(), configured.connections, List.of());
    hashThresholds(s.xfrm());
    blocks.set(configured.connections, tunnels::binding);
    List<NlRequest> requests = new ArrayList<>(policies(s.xfrm(), configured.locals, List.of()));
    for (XfrmSa sa : ours(s.xfrm(), configured.locals)) {
      requests.add(new DelSa(sa.id()));
    }
    SaTable.logRefused(s.xfrm().execute(requests));
  }

  /** The SAs of {@code sas} go on; policies and routes around them are put right. */
  Adopted adopt(
      KernelThread.Sockets s,
      Configured configured,
      List<IkeSaSnapshot> sas,
      JumpPolicy jump,
      long stalenessNs) {
    List<ChildSaSnapshot> children = sas.stream().flatMap(sa -> sa.children().stream()).toList();
    tunnels.create(s.route(), configured.connections);
    routes.begin(s.route(), configured.connections, children);
    hashThresholds(s.xfrm());
    blocks.set(configured.connections, tunnels::binding);
    Adoption plan =
        Adoption.plan(sas, found(s.xfrm(), configured.locals, children), jump, stalenessNs);
    List<NlRequest> requests = new ArrayList<>();
    plan.deletes().forEach(sa -> requests.add(new DelSa(ChildRequests.id(sa))));
    for (Adoption.Install install : plan.installs()) {
      try {
        Binding binding = tunnels.binding(install.child().connection());
        if (install.inbound()) {
          requests.add(ChildRequests.inbound(install.child(), install.from(), binding));
        }
        if (install.outbound()) {
          requests.add(ChildRequests.outbound(install.child(), install.from(), binding));
        }
      } catch (ChildRequests.Inexpressible cannot) {
        LOG.error("esp={}: {}", install.child().inboundSpi(), cannot.getMessage());
      }
    }
    requests.addAll(policies(s.xfrm(), configured.locals, children));
    SaTable.logRefused(s.xfrm().execute(requests));
    return new Adopted(plan, Optional.empty());
  }

  /** Every SA of ours in the kernel, with its counters, and whether it is what the journal says. */
  private List<Adoption.Found> found(
      NetlinkConnection xfrm, Set<InetAddress> locals, List<ChildSaSnapshot> children) {
    Map<XfrmUsersaId, NewSa> wanted = new LinkedHashMap<>();
    Map<XfrmUsersaId, ChildSaSnapshot> inbound = new LinkedHashMap<>();
    for (ChildSaSnapshot child : children) {
      try {
        Binding binding = tunnels.binding(child.connection());
        NewSa in = ChildRequests.inbound(child, ReplayState.NEW, binding);
        NewSa out = ChildRequests.outbound(child, ReplayState.NEW, binding);
        wanted.put(in.id(), in);
        wanted.put(out.id(), out);
        inbound.put(in.id(), child);
      } catch (ChildRequests.Inexpressible _) {
        // then it never stood
      }
    }
    List<Adoption.Found> found = new ArrayList<>();
    for (XfrmSa sa : ours(xfrm, locals)) {
      int spi = sa.id().spi().value();
      if (Integer.compareUnsigned(spi, RESERVED_SPIS) < 0) {
        continue;
      }
      NewSa known = wanted.get(sa.id());
      boolean incoming = inbound.containsKey(sa.id());
      found.add(
          new Adoption.Found(
              new SaId(new EspSpi(spi), sa.id().destination()),
              counters(sa, incoming),
              known != null && fits(known, sa)));
    }
    return found;
  }

  /** Keys are not compared: an SPI and a reqid, both drawn at random, name the SA well enough. */
  static boolean fits(NewSa wanted, XfrmSa there) {
    return wanted.info().saddr().equals(there.info().saddr())
        && wanted.info().reqid().equals(there.info().reqid())
        && wanted.info().mode() == there.info().mode()
        && wanted.attributes().encap().equals(there.attributes().encap())
        && wanted.attributes().mark().equals(there.attributes().mark())
        && wanted.attributes().ifId().equals(there.attributes().ifId());
  }

  static ReplayState counters(XfrmSa sa, boolean incoming) {
    long bytes = sa.info().curlft().bytes();
    long packets = sa.info().curlft().packets();
    long oseq = sa.replay().map(r -> r.oseq64()).orElse(0L);
    long seq = sa.replay().map(r -> r.seq64()).orElse(0L);
    return incoming
        ? new ReplayState(0, seq, Jumps.NONE, new Volume(0, 0, bytes, packets))
        : new ReplayState(oseq, 0, Jumps.NONE, new Volume(bytes, packets, 0, 0));
  }

  private static List<XfrmSa> ours(NetlinkConnection xfrm, Set<InetAddress> locals) {
    return xfrm.dump(new DumpSas()).orThrow().stream()
        .filter(
            sa ->
                locals.contains(sa.id().destination())
                    || locals.contains(sa.info().saddr().toInetAddress(sa.info().family())))
        .toList();
  }

  /**
   * What allows for {@code children}, what blocks for all others, and everything else of ours out.
   */
  private List<NlRequest> policies(
      NetlinkConnection xfrm, Set<InetAddress> locals, List<ChildSaSnapshot> children) {
    Map<PolicyKey, XfrmPolicy> wanted = new LinkedHashMap<>(blocks.all());
    permits.clear();
    children.stream()
        .sorted(Comparator.comparingLong(ChildSaSnapshot::ageNs).reversed()) // the newest leads
        .forEach(child -> permits.add(child, tunnels.binding(child.connection())));
    wanted.putAll(permits.all());
    List<NlRequest> requests = new ArrayList<>();
    wanted.values().forEach(p -> requests.add(NewPolicy.replace(p)));
    for (XfrmPolicy policy : xfrm.dump(new DumpPolicies()).orThrow()) {
      if (ChildRequests.ours(policy, locals) && !wanted.containsKey(PolicyKey.of(policy))) {
        requests.add(new DelPolicy(PolicyKey.of(policy)));
      }
    }
    return requests;
  }

  /** Policies that are hashed are found fast; too late for those that are there already. */
  private static void hashThresholds(NetlinkConnection xfrm) {
    if (xfrm.execute(NewSpdInfo.GATEWAY) instanceof NlResult.Refused refused) {
      LOG.debug("{}: policies stay in a list", refused);
    }
  }
}
