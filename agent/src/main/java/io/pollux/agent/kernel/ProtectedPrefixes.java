package io.pollux.agent.kernel;

import io.pollux.agent.config.NetworkConfig;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.netlink.route.RtPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks that must never be reached in the clear, as routes can say it. A selector that is
 * narrower than all traffic of a prefix, a prefix of length 0, and one that holds an outer address
 * of a connection are left to the policies alone: a route would take away what is none of ours.
 *
 * @param fenced the remote networks
 * @param own local networks that lie within one of them
 * @param outer addresses that IKE and ESP go to and come from
 */
record ProtectedPrefixes(Set<RtPrefix> fenced, Set<RtPrefix> own, Set<InetAddress> outer) {
  static final ProtectedPrefixes NONE = new ProtectedPrefixes(Set.of(), Set.of(), Set.of());
  private static final Logger LOG = LoggerFactory.getLogger(ProtectedPrefixes.class);
  private static final int ANY_PORT_END = 65_535;

  static ProtectedPrefixes of(List<ConnectionPolicy> connections, NetworkConfig config) {
    Set<InetAddress> outer = new LinkedHashSet<>();
    for (ConnectionPolicy c : connections) {
      outer.add(c.localAddress());
      c.remoteAddress().ifPresent(outer::add);
    }
    Set<RtPrefix> fenced = new LinkedHashSet<>();
    Set<RtPrefix> local = new LinkedHashSet<>();
    for (ConnectionPolicy c : connections) {
      List<RtPrefix> said = said(c.name(), config);
      fenced.addAll(routable(said, outer, c.name()));
      for (ChildPolicy child : c.children()) {
        if (child.transport()) {
          continue; // between the gateways: no network behind one
        }
        local.addAll(whole(child.localTs()));
        if (said.isEmpty()) {
          fenced.addAll(routable(whole(child.remoteTs()), outer, c.name()));
        }
      }
    }
    local.removeIf(
        l -> fenced.stream().noneMatch(f -> !f.equals(l) && holds(f, l.address(), l.length())));
    return new ProtectedPrefixes(fenced, local, outer);
  }

  /** Those of a child that are routed to; a subset of what is fenced, or narrower. */
  List<RtPrefix> of(ChildSaSnapshot child, NetworkConfig config) {
    if (fenced.isEmpty() || child.transport()) {
      return List.of();
    }
    return routed(child.connection(), child.remoteTs(), config).stream()
        .filter(
            p -> !holds(p, child.peer().address(), 8 * child.peer().address().getAddress().length))
        .toList();
  }

  /** Those of a child whose packets have to come as far as its policies, to start it. */
  List<RtPrefix> of(ConnectionPolicy connection, ChildPolicy child, NetworkConfig config) {
    return fenced.isEmpty() || child.transport()
        ? List.of()
        : routed(connection.name(), child.remoteTs(), config);
  }

  private List<RtPrefix> routed(
      String connection, List<TrafficSelector> remoteTs, NetworkConfig config) {
    List<RtPrefix> said = said(connection, config);
    List<RtPrefix> all = said.isEmpty() ? whole(remoteTs) : said;
    return all.stream()
        .filter(p -> p.length() > 0)
        .filter(p -> outer.stream().noneMatch(o -> holds(p, o, 8 * o.getAddress().length)))
        .toList();
  }

  private static List<RtPrefix> said(String connection, NetworkConfig config) {
    return config.tunnel(connection).routes().stream()
        .map(p -> new RtPrefix(p.address(), p.length()))
        .toList();
  }

  private static List<RtPrefix> routable(
      List<RtPrefix> prefixes, Set<InetAddress> outer, String connection) {
    List<RtPrefix> all = new ArrayList<>();
    for (RtPrefix prefix : prefixes) {
      boolean own = outer.stream().anyMatch(o -> holds(prefix, o, 8 * o.getAddress().length));
      if (prefix.length() == 0 || own) {
        LOG.warn(
            "connection {}: no route and no backstop for {}: {}; its policies alone keep it out of"
                + " the clear",
            connection,
            prefix,
            own ? "it holds the address of a gateway" : "it is everything");
      } else {
        all.add(prefix);
      }
    }
    return all;
  }

  private static List<RtPrefix> whole(List<TrafficSelector> selectors) {
    List<RtPrefix> all = new ArrayList<>();
    for (TrafficSelector ts : selectors) {
      if (ts.protocol() == 0 && ts.startPort() == 0 && ts.endPort() == ANY_PORT_END) {
        Narrowing.toPrefixes(ts).forEach(p -> all.add(new RtPrefix(p.address(), p.length())));
      }
    }
    return all;
  }

  private static boolean holds(RtPrefix prefix, InetAddress address, int length) {
    byte[] network = prefix.address().getAddress();
    byte[] other = address.getAddress();
    if (network.length != other.length || length < prefix.length()) {
      return false;
    }
    for (int bit = 0; bit < prefix.length(); bit++) {
      int mask = 0x80 >> (bit & 7);
      if ((network[bit >> 3] & mask) != (other[bit >> 3] & mask)) {
        return false;
      }
    }
    return true;
  }
}
