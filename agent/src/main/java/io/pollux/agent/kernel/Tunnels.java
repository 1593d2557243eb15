package io.pollux.agent.kernel;

import io.pollux.agent.config.NetworkConfig;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.linux.Errno;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.route.LinkQuery;
import io.pollux.netlink.route.LinkRequest;
import io.pollux.netlink.route.RouteRequest;
import io.pollux.netlink.route.RtLink;
import io.pollux.netlink.route.RtPrefix;
import io.pollux.netlink.route.RtRoute;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that packets enter tunnels by: {@value #SINK} for policy tunnels, an XFRM interface
 * or a VTI for each route tunnel. They stand from the daemon's start on both nodes, and outlive it.
 * Owned by the kernel's thread.
 *
 * <p>A route of a policy tunnel leads to the sink, a dummy device: what finds a policy is sent by
 * the outer route's device, what finds none ends there, whatever else the machine's routes say.
 */
public final class Tunnels {
  static final String SINK = "plx0";
  static final String SHARED = "plx1";
  private static final String PREFIX = "plx";
  // Addresses that no ESP packet comes from: a VTI takes all that comes for its own.
  private static final InetAddress SINK_LOCAL = InetAddress.ofLiteral("127.255.255.253");
  private static final InetAddress SINK_REMOTE = InetAddress.ofLiteral("127.255.255.252");
  private static final Logger LOG = LoggerFactory.getLogger(Tunnels.class);

  private NetworkConfig config;
  private Map<String, Entry> entries = new LinkedHashMap<>(); // by connection
  private Set<String> devices = new LinkedHashSet<>(); // by name: those that are needed
  private boolean stale;
  private int sink;

  /** This kernel cannot have a device that the configuration needs; the message says which. */
  static final class Impossible extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Impossible(String message) {
      super(message);
    }
  }

  private record Entry(Binding binding, int ifindex, int encapIfId) {}

  public Tunnels(NetworkConfig config) {
    this.config = config;
  }

  NetworkConfig config() {
    return config;
  }

  Binding binding(String connection) {
    Entry entry = entries.get(connection);
    return entry == null ? Binding.NONE : entry.binding;
  }

  /** The device that packets of a connection are routed to. */
  int ifindex(String connection) {
    Entry entry = entries.get(connection);
    return entry == null ? sink : entry.ifindex;
  }

  /** The if_id that the routes of a connection carry; 0 for none. */
  int encapIfId(String connection) {
    Entry entry = entries.get(connection);
    return entry == null ? 0 : entry.encapIfId;
  }

  /**
   * Makes what is missing, removes what no connection has any more.
   *
   * @throws Impossible where this kernel has none of the devices that would do
   */
  void create(NetlinkConnection route, List<ConnectionPolicy> connections) {
    devices = make(route, connections);
    removeUnneeded(route);
  }

  /**
   * As {@link #create}, while tunnels stand: a device that no connection has any more goes when no
   * SA is bound to it any more ({@link #prune}).
   *
   * @throws Impossible and then nothing has changed but for devices that nobody uses
   */
  void change(NetlinkConnection route, NetworkConfig network, List<ConnectionPolicy> connections) {
    NetworkConfig before = config;
    Map<String, Entry> old = entries;
    config = network;
    entries = new LinkedHashMap<>();
    try {
      Set<String> wanted = make(route, connections);
      stale |= !wanted.containsAll(devices);
      devices = wanted;
    } catch (Impossible cannot) {
      config = before;
      entries = old;
      throw cannot;
    }
  }

  /** Removes what no connection has any more, if none of these is left of it. */
  void prune(NetlinkConnection route, Collection<Binding> bound) {
    if (stale) {
      Set<Binding> known = new LinkedHashSet<>(List.of(Binding.NONE));
      entries.values().forEach(e -> known.add(e.binding));
      if (known.containsAll(bound)) {
        removeUnneeded(route);
        stale = false;
      }
    }
  }

  private Set<String> make(NetlinkConnection route, List<ConnectionPolicy> connections) {
    entries.clear();
    Set<String> wanted = new LinkedHashSet<>();
    if (config.routes().enabled() && !connections.isEmpty()) { // nothing configured, nothing made
      sink = sink(route);
      wanted.add(SINK);
    }
    for (ConnectionPolicy connection : connections) {
      NetworkConfig.Device kind = config.tunnel(connection.name()).device();
      switch (kind) {
        case NONE -> {}
        case SHARED -> shared(route, connection, wanted);
        case OWN -> own(route, connection, wanted);
        case VTI -> vti(route, connection, wanted);
      }
    }
    return wanted;
  }

  private void removeUnneeded(NetlinkConnection route) {
    for (RtLink link : route.dump(LinkQuery.all()).orThrow()) {
      if (link.name().matches(PREFIX + "[0-9a-f]{8}|" + SINK + "|" + SHARED)
          && !devices.contains(link.name())) {
        LOG.info("device {} belongs to no connection any more", link.name());
        route.execute(LinkRequest.delete(link.ifindex()));
      }
    }
  }

  /**
   * What ends every packet that no policy takes: a dummy device, or an XFRM interface or VTI
   * without an SA. Never {@code lo}: packets routed there skip the policies (disable_xfrm is set on
   * it).
   */
  private static int sink(NetlinkConnection route) {
    Map<String, LinkRequest> kinds = new LinkedHashMap<>();
    kinds.put("dummy device", LinkRequest.dummy(SINK));
    kinds.put("XFRM interface", LinkRequest.xfrm(SINK, number(SINK), 0));
    kinds.put("VTI", LinkRequest.vti(SINK, SINK_LOCAL, SINK_REMOTE, number(SINK)));
    List<NlResult> refusals = new ArrayList<>();
    for (Map.Entry<String, LinkRequest> kind : kinds.entrySet()) {
      NlResult made = route.execute(kind.getValue());
      if (made.ok() || made.refusedWith(Errno.EEXIST)) {
        if (!refusals.isEmpty()) {
          LOG.info("no dummy devices in this kernel: {} is a {}", SINK, kind.getKey());
        }
        return up(route, SINK);
      }
      refusals.add(made);
    }
    throw new Impossible(
        "routes: this kernel has no dummy, XFRM or VTI devices for routes into policy"
            + " tunnels to lead to; load one of the modules dummy, xfrm_interface, ip_vti or set"
            + " routes.enabled = false "
            + refusals);
  }

  private void shared(NetlinkConnection route, ConnectionPolicy connection, Set<String> wanted) {
    if (!wanted.contains(SHARED)) {
      NlResult made = route.execute(LinkRequest.xfrmCollectMetadata(SHARED));
      if (!made.ok() && !made.refusedWith(Errno.EEXIST) || !encapWorks(route, up(route, SHARED))) {
        LOG.warn(
            "connection {}: this kernel has no collect-metadata XFRM interface ({}); it gets a"
                + " device of its own",
            connection.name(),
            made);
        own(route, connection, wanted);
        return;
      }
      wanted.add(SHARED);
    }
    int ifId = number(connection.name());
    entries.put(connection.name(), new Entry(new Binding(ifId, 0), up(route, SHARED), ifId));
  }

  /** The kernel takes the device without CONFIG_LWTUNNEL, and not the routes. */
  private boolean encapWorks(NetlinkConnection route, int ifindex) {
    RtRoute probe =
        RtRoute.to(RtPrefix.of("192.0.2.255/32")) // TEST-NET-1, RFC 5737
            .dev(ifindex)
            .table(config.routes().fenceTable())
            .protocol(RouteTable.PROTOCOL)
            .xfrmIfId(1)
            .build();
    boolean taken = route.execute(RouteRequest.replace(probe)).ok();
    route.execute(RouteRequest.delete(probe));
    return taken;
  }

  private void own(NetlinkConnection route, ConnectionPolicy connection, Set<String> wanted) {
    String name = name("xfrm", connection);
    int ifId = number(connection.name());
    NlResult made = route.execute(LinkRequest.xfrm(name, ifId, 0));
    if (made.refusedWith(Errno.EOPNOTSUPP)) {
      LOG.info("connection {}: this kernel has no XFRM interfaces: VTI", connection.name());
      vti(route, connection, wanted);
      return;
    }
    if (!made.ok() && !made.refusedWith(Errno.EEXIST)) {
      throw new Impossible(made.toString());
    }
    wanted.add(name);
    entries.put(connection.name(), new Entry(new Binding(ifId, 0), up(route, name), 0));
  }

  private void vti(NetlinkConnection route, ConnectionPolicy connection, Set<String> wanted) {
    String name = name("vti", connection);
    int key = number(connection.name());
    InetAddress local = connection.localAddress();
    InetAddress remote = connection.remoteAddress().orElseGet(() -> any(local));
    int ifindex = device(route, name, LinkRequest.vti(name, local, remote, key));
    wanted.add(name);
    // What comes out of it was checked when it was decrypted; the mark is gone by now.
    for (String family : List.of("ipv4", "ipv6")) {
      sysctl("net/" + family + "/conf/" + name + "/disable_policy");
    }
    entries.put(connection.name(), new Entry(new Binding(0, key), ifindex, 0));
  }

  private static InetAddress any(InetAddress like) {
    return InetAddress.ofLiteral(like instanceof Inet4Address ? "0.0.0.0" : "::");
  }

  private static int device(NetlinkConnection route, String name, LinkRequest create) {
    NlResult made = route.execute(create);
    if (!made.ok() && !made.refusedWith(Errno.EEXIST)) {
      throw new Impossible(made.toString());
    }
    return up(route, name);
  }

  private static int up(NetlinkConnection route, String name) {
    var link = route.query(LinkQuery.byName(name));
    if (link.refusedWith(Errno.ENODEV)) {
      return 0;
    }
    int ifindex = link.orThrow().ifindex();
    route.execute(LinkRequest.up(ifindex)).orThrow();
    return ifindex;
  }

  private static void sysctl(String path) {
    Path file = Path.of("/proc/sys", path);
    try {
      if (Files.exists(file)) {
        Files.writeString(file, "1");
      }
    } catch (IOException refused) {
      LOG.error("{}: {}; packets of this device will be dropped", file, refused.toString());
    }
  }

  /** The name says what the device was made of: one that is there already is the right one. */
  private static String name(String kind, ConnectionPolicy connection) {
    String all =
        kind
            + ' '
            + connection.name()
            + ' '
            + connection.localAddress()
            + ' '
            + connection.remoteAddress();
    return PREFIX + "%08x".formatted(number(all));
  }

  /** The same on both nodes and after every restart, whatever connections come and go. */
  private static int number(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    int value = (int) crc.getValue();
    return value == 0 ? 1 : value;
  }
}
