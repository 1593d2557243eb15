package io.pollux.agent.kernel;

import io.pollux.agent.config.NetworkConfig;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.linux.Errno;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.route.DumpRoutes;
import io.pollux.netlink.route.DumpRules;
import io.pollux.netlink.route.RouteBuilder;
import io.pollux.netlink.route.RouteRequest;
import io.pollux.netlink.route.RtConst;
import io.pollux.netlink.route.RtPrefix;
import io.pollux.netlink.route.RtRoute;
import io.pollux.netlink.route.RtRule;
import io.pollux.netlink.route.RuleRequest;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reverse routes and the backstop. Owned by the kernel's thread; everything outlives the daemon.
 *
 * <p>Both stand in one table of ours, the fence table, that a rule right behind the gate leads to:
 * for every protected prefix {@code unreachable} with the worst metric, and before it, while a
 * child is installed, the route into its tunnel. A lookup that has come there ends there, so no
 * route of {@code main}, a default route included, ever carries a protected prefix in the clear. (A
 * rule behind {@code main}'s could not do that: the default route would have answered before.)
 * Networks of our own inside of a protected prefix are let through to {@code main} by {@code
 * throw}.
 *
 * <p>Where {@code routes.table} is {@code main} the routes stand there too, with a metric by role,
 * for routing daemons to redistribute; nothing depends on those.
 */
public final class RouteTable {
  /** rtm_protocol of our routes and rules: unused in iproute2's rt_protos; VRRP's IP protocol. */
  public static final int PROTOCOL = 112;

  static final long ACTIVE_METRIC = 100;
  static final long STANDBY_METRIC = 4000;
  static final long LAST_METRIC = 0xffff_fffeL;
  private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);

  private final Tunnels tunnels;
  private final NetworkConfig.Routes config;
  private final Map<RtPrefix, Map<Owner, Target>> routes = new LinkedHashMap<>();
  private final Map<Owner, Set<RtPrefix>> held = new LinkedHashMap<>();
  private ProtectedPrefixes prefixes = ProtectedPrefixes.NONE;
  private boolean active;

  /** A child of a connection, over all its rekeys; reqid 0: one that a packet may start. */
  private record Owner(String connection, int reqid) {}

  private record Target(int ifindex, int encapIfId) {}

  public RouteTable(Tunnels tunnels) {
    this.tunnels = tunnels;
    this.config = tunnels.config().routes();
  }

  /**
   * The backstop for these connections, and the routes of {@code adopted}, which an active node has
   * had; what else an earlier configuration has left goes.
   */
  void begin(
      NetlinkConnection route, List<ConnectionPolicy> connections, List<ChildSaSnapshot> adopted) {
    routes.clear();
    active = !adopted.isEmpty();
    held.clear();
    prefixes =
        config.enabled()
            ? ProtectedPrefixes.of(connections, tunnels.config())
            : ProtectedPrefixes.NONE;
    trapped(connections);
    adopted.forEach(this::own); // the newest leads
    List<RtRoute> wanted = wanted();
    List<NlRequest> requests = new ArrayList<>();
    wanted.forEach(r -> requests.add(RouteRequest.replace(r)));
    for (RtRule rule : rules()) {
      requests.add(RuleRequest.add(rule));
    }
    check(route.execute(requests));
    List<NlRequest> stale = new ArrayList<>();
    for (RtRoute old : route.dump(new DumpRoutes(NlConst.AF_UNSPEC)).orThrow()) {
      if (old.protocol() == PROTOCOL && wanted.stream().noneMatch(w -> same(w, old))) {
        stale.add(RouteRequest.delete(old));
      }
    }
    for (RtRule old : route.dump(new DumpRules(NlConst.AF_UNSPEC)).orThrow()) {
      if (old.protocol() == PROTOCOL && rules().stream().noneMatch(r -> same(r, old))) {
        stale.add(RuleRequest.delete(old));
      }
    }
    check(route.execute(stale));
  }

  /**
   * A packet that may start a child has to come as far as its policies: its device, or the sink.
   */
  private void trapped(List<ConnectionPolicy> connections) {
    for (ConnectionPolicy connection : connections) {
      for (ChildPolicy child : connection.children()) {
        if (Blocks.isTrapped(connection, child)) {
          Target target =
              new Target(tunnels.ifindex(connection.name()), tunnels.encapIfId(connection.name()));
          for (RtPrefix prefix : prefixes.of(connection, child, tunnels.config())) {
            Map<Owner, Target> owners = new LinkedHashMap<>();
            owners.put(new Owner(connection.name(), 0), target); // a tunnel leads before it
            owners.putAll(routes.getOrDefault(prefix, Map.of()));
            routes.put(prefix, owners);
          }
        }
      }
    }
  }

  private static Target newest(Map<Owner, Target> owners) {
    return List.copyOf(owners.values()).getLast();
  }

  /**
   * The backstop for other connections, while tunnels stand; their routes stay until {@link #down}.
   */
  void change(NetlinkConnection route, List<ConnectionPolicy> connections) {
    if (!config.enabled()) {
      return;
    }
    List<RtRoute> before = wanted();
    List<RtRule> oldRules = rules();
    prefixes = ProtectedPrefixes.of(connections, tunnels.config());
    routes.values().forEach(owners -> owners.keySet().removeIf(o -> o.reqid() == 0));
    routes.values().removeIf(Map::isEmpty);
    trapped(connections);
    List<RtRoute> now = wanted();
    List<NlRequest> requests = new ArrayList<>();
    now.stream().filter(r -> !before.contains(r)).map(RouteRequest::replace).forEach(requests::add);
    rules().forEach(r -> requests.add(RuleRequest.add(r)));
    before.stream().filter(r -> !now.contains(r)).map(RouteRequest::delete).forEach(requests::add);
    oldRules.stream()
        .filter(r -> rules().stream().noneMatch(n -> same(n, r)))
        .map(RuleRequest::delete)
        .forEach(requests::add);
    check(route.execute(requests));
  }

  private static boolean same(RtRule one, RtRule other) {
    return one.family() == other.family()
        && one.priority() == other.priority()
        && one.table() == other.table();
  }

  private static boolean same(RtRoute one, RtRoute other) {
    boolean leads = one.type() == RtConst.RTN_UNICAST; // IPv6 puts lo into those that lead nowhere
    return one.dst().equals(other.dst())
        && one.table() == other.table()
        && one.metric() == other.metric()
        && one.type() == other.type()
        && (!leads || one.oif() == other.oif());
  }

  private List<RtRoute> backstop() {
    List<RtRoute> all = new ArrayList<>();
    for (RtPrefix prefix : prefixes.fenced()) {
      all.add(in(prefix, config.fenceTable(), LAST_METRIC).unreachable().build());
    }
    for (RtPrefix own : prefixes.own()) {
      all.add(in(own, config.fenceTable(), ACTIVE_METRIC).type(RtConst.RTN_THROW).build());
    }
    return all;
  }

  private List<RtRule> rules() {
    return prefixes.fenced().stream()
        .map(RtPrefix::family)
        .distinct()
        .map(
            family ->
                RtRule.lookup(family, config.fenceTable(), config.preference())
                    .withProtocol(PROTOCOL))
        .toList();
  }

  /** The same as lines for {@code ip -force -batch}: the fence of a machine without a daemon. */
  List<String> script() {
    List<String> lines = new ArrayList<>();
    for (RtRoute route : backstop()) {
      lines.add(
          "route replace "
              + (route.type() == RtConst.RTN_THROW ? "throw " : "unreachable ")
              + route.dst()
              + " table "
              + config.fenceTable()
              + " proto "
              + PROTOCOL
              + " metric "
              + route.metric());
    }
    for (RtRule rule : rules()) {
      lines.add(
          "rule add pref "
              + rule.priority()
              + " from "
              + (rule.family() == NlConst.AF_INET ? "0.0.0.0/0" : "::/0")
              + " lookup "
              + config.fenceTable()
              + " protocol "
              + PROTOCOL);
    }
    return lines;
  }

  /** A child is installed: its remote networks lead into the tunnel. */
  void up(NetlinkConnection route, ChildSaSnapshot child) {
    List<NlRequest> requests = new ArrayList<>();
    own(child).forEach(r -> requests.add(RouteRequest.replace(r)));
    check(route.execute(requests));
  }

  /** Notes the child's routes, the newest one leading; what stands for it then. */
  private List<RtRoute> own(ChildSaSnapshot child) {
    Owner owner = new Owner(child.connection(), child.reqid().value());
    Target target =
        new Target(tunnels.ifindex(child.connection()), tunnels.encapIfId(child.connection()));
    List<RtRoute> all = new ArrayList<>();
    for (RtPrefix prefix : prefixes.of(child, tunnels.config())) {
      Map<Owner, Target> owners = routes.computeIfAbsent(prefix, _ -> new LinkedHashMap<>());
      owners.remove(owner);
      owners.put(owner, target); // the newest one leads
      held.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(prefix);
      all.addAll(wanted(prefix, target));
    }
    return all;
  }

  /** A child has gone: to its networks leads another child, or nothing. */
  void down(NetlinkConnection route, ChildSaSnapshot child) {
    Owner owner = new Owner(child.connection(), child.reqid().value());
    List<NlRequest> requests = new ArrayList<>();
    Set<RtPrefix> gone = held.remove(owner);
    for (RtPrefix prefix : gone == null ? Set.<RtPrefix>of() : gone) {
      Map<Owner, Target> owners = routes.getOrDefault(prefix, new LinkedHashMap<>());
      Target was = owners.remove(owner);
      if (was == null) {
        continue;
      }
      if (owners.isEmpty()) {
        routes.remove(prefix);
        wanted(prefix, was).forEach(r -> requests.add(RouteRequest.delete(r)));
      } else {
        Target next = newest(owners);
        wanted(prefix, next).forEach(r -> requests.add(RouteRequest.replace(r)));
      }
    }
    check(route.execute(requests));
  }

  /** The metric follows the role, in {@code main} alone; nothing waits for it. */
  void role(NetlinkConnection route, boolean nowActive) {
    if (active == nowActive) {
      return;
    }
    List<NlRequest> requests = new ArrayList<>();
    if (config.table() == NetworkConfig.MAIN) {
      long old = metric();
      active = nowActive;
      routes.forEach(
          (prefix, owners) -> {
            Target target = newest(owners);
            requests.add(RouteRequest.replace(into(prefix, target, config.table(), metric())));
            requests.add(RouteRequest.delete(into(prefix, target, config.table(), old)));
          });
    }
    active = nowActive;
    check(route.execute(requests));
  }

  /** Every route and rule that stands if the kernel is as it should be. */
  List<RtRoute> wanted() {
    List<RtRoute> all = new ArrayList<>(backstop());
    routes.forEach((prefix, owners) -> all.addAll(wanted(prefix, newest(owners))));
    return all;
  }

  /** Puts back whatever of it is missing or was changed, and takes away what is too much. */
  void repair(NetlinkConnection route) {
    List<NlRequest> requests = new ArrayList<>();
    for (RtRoute old : route.dump(new DumpRoutes(NlConst.AF_UNSPEC)).orThrow()) {
      if (old.protocol() == PROTOCOL && wanted().stream().noneMatch(w -> same(w, old))) {
        requests.add(RouteRequest.delete(old));
      }
    }
    wanted().forEach(r -> requests.add(RouteRequest.replace(r)));
    rules().forEach(r -> requests.add(RuleRequest.add(r)));
    check(route.execute(requests));
  }

  private List<RtRoute> wanted(RtPrefix prefix, Target target) {
    RtRoute fence = into(prefix, target, config.fenceTable(), ACTIVE_METRIC);
    return config.table() == config.fenceTable()
        ? List.of(fence)
        : List.of(fence, into(prefix, target, config.table(), metric()));
  }

  private long metric() {
    return active ? ACTIVE_METRIC : STANDBY_METRIC;
  }

  private RtRoute into(RtPrefix prefix, Target target, int table, long metric) {
    return in(prefix, table, metric)
        .dev(target.ifindex)
        .xfrmIfId(target.encapIfId)
        .mtu(config.mtu())
        .advmss(config.advmss())
        .build();
  }

  private static RouteBuilder in(RtPrefix prefix, int table, long metric) {
    return RtRoute.to(prefix).table(table).protocol(PROTOCOL).metric(metric);
  }

  private static void check(List<NlResult> results) {
    for (NlResult result : results) {
      if (result instanceof NlResult.Refused refused
          && !refused.is(Errno.EEXIST)
          && !refused.is(Errno.ESRCH)
          && !refused.is(Errno.ENOENT)) {
        LOG.error("{}", refused); // fails closed: the prefix stays unreachable
      }
    }
  }
}
