package io.pollux.it.gate;

import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import io.pollux.it.peer.StrongSwan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A pair of gateways and a branch with strongSwan, and one connection of each kind between them.
 * Every gateway has a default route to the WAN, so that what is not protected shows there; hosts
 * behind the branch whose number is 101 and 102 are routed by way of gw-a's and gw-b's own address,
 * so that each node is always tempted.
 *
 * <pre>
 *   hub-lan -- hub-sw --+-- gw-a --+-- wan -- branch -- branch-lan
 *                       +-- gw-b --+
 * </pre>
 */
public final class Site implements AutoCloseable {
  public static final String VIP = "203.0.113.1";
  public static final String VIP6 = "2001:db8:1::1";
  static final String LAN = "10.1.0.0/24";
  static final String LAN6 = "fd01::/64";
  private static final String INSIDE = "10.1.0.1";

  public final Namespaces net;
  public final Node a;
  public final Node b;
  private final List<Tunnel> tunnels;
  private final List<Process> traffic = new ArrayList<>();
  private final Path dir;
  private StrongSwan peer;

  public Site(List<Tunnel> tunnels) {
    this.tunnels = List.copyOf(tunnels);
    try {
      dir = Files.createTempDirectory(Path.of("/run"), "s");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    net = Namespaces.of("hub-lan", "hub-sw", "wan", "gw-a", "gw-b", "branch", "branch-lan");
    build();
    a = new Node(net, "gw-a", dir.resolve("a"));
    b = new Node(net, "gw-b", dir.resolve("b"));
  }

  /** The MAC of a gateway on the WAN. */
  public static String mac(Node node) {
    return node.name().equals("gw-a") ? "02:00:00:00:0a:02" : "02:00:00:00:0b:02";
  }

  public Node other(Node node) {
    return node == a ? b : a;
  }

  public Node active() {
    return a.is("active") ? a : b;
  }

  public Path dir() {
    return dir;
  }

  private void build() {
    net.bridge("hub-sw", "br0");
    net.bridge("wan", "br0");
    port("hub-lan", "eth0", "hub-sw", "host");
    port("branch", "wan0", "wan", "branch");
    net.veth(new Namespaces.End("branch", "lan0"), new Namespaces.End("branch-lan", "eth0"));
    net.veth(new Namespaces.End("gw-a", "ha0"), new Namespaces.End("gw-b", "ha0"));
    for (String ns : List.of("gw-a", "gw-b", "branch")) {
      net.sysctl(
          ns,
          "net.ipv4.ip_forward=1",
          "net.ipv6.conf.all.forwarding=1",
          "net.ipv4.conf.all.rp_filter=0",
          "net.ipv4.conf.default.rp_filter=0",
          "net.ipv4.conf.all.send_redirects=0",
          "net.ipv4.conf.default.send_redirects=0");
    }
    gateway("gw-a", "a", 2);
    gateway("gw-b", "b", 3);
    List<String> hub =
        new ArrayList<>(
            List.of(
                "addr add 10.1.0.100/24 dev eth0",
                "addr add fd01::100/64 dev eth0 nodad",
                "route add default via " + INSIDE));
    List<String> branch = new ArrayList<>();
    List<String> far = new ArrayList<>();
    for (Tunnel t : tunnels) {
      String gw = t.ipv6() ? "fd01::" : "10.1.0.";
      hub.add("route add " + t.host(101) + " via " + gw + 2);
      hub.add("route add " + t.host(102) + " via " + gw + 3);
      String nodad = t.ipv6() ? " nodad" : "";
      branch.add("addr add " + t.peer() + (t.ipv6() ? "/64" : "/24") + " dev wan0" + nodad);
      branch.add("addr add " + t.host(1) + "/" + t.length() + " dev lan0" + nodad);
      for (int host : List.of(100, 101, 102)) {
        far.add("addr add " + t.host(host) + "/" + t.length() + " dev eth0" + nodad);
      }
      far.add("route replace " + (t.ipv6() ? "fd01::/64" : "10.1.0.0/24") + " via " + t.host(1));
    }
    branch.add("route add default via " + VIP + " dev wan0");
    branch.add("route add " + LAN6 + " via " + VIP6 + " dev wan0 onlink");
    net.ip("hub-lan", hub.toArray(String[]::new));
    net.ip("branch", branch.toArray(String[]::new));
    net.ip("branch-lan", far.toArray(String[]::new));
  }

  private void port(String ns, String device, String sw, String port) {
    net.veth(new Namespaces.End(ns, device), new Namespaces.End(sw, port));
    net.ip(sw, "link set " + port + " master br0");
  }

  private void gateway(String ns, String letter, int number) {
    port(ns, "wan0", "wan", ns);
    port(ns, "lan0", "hub-sw", ns);
    net.ip(
        ns,
        "link set wan0 address 02:00:00:00:0" + letter + ":02",
        "addr add 203.0.113." + number + "/24 dev wan0",
        "addr add 2001:db8:1::" + number + "/64 dev wan0 nodad",
        "addr add fe80::" + letter + "/64 dev wan0 nodad",
        "addr add 10.1.0." + number + "/24 dev lan0",
        "addr add fd01::" + number + "/64 dev lan0 nodad",
        "addr add 10.99.0." + (number - 1) + "/30 dev ha0",
        "route add default via 203.0.113.20 dev wan0",
        "route add default via 2001:db8:1::20 dev wan0 onlink");
  }

  /** Starts the pair and the peer, and brings every tunnel up. */
  public void start(String moreConfig) {
    String fa = a.identity();
    String fb = b.identity();
    a.configure(conf(a, 2, 3, fb) + moreConfig, secrets());
    b.configure(conf(b, 3, 2, fa) + moreConfig, secrets());
    a.start();
    a.await("active");
    b.start();
    b.await("standby");
    peer = StrongSwan.start(net, "branch", dir.resolve("peer"), swanctl());
    for (Tunnel t : tunnels) {
      peer.initiate(t.name()).orFail();
    }
    awaitReady();
  }

  public void awaitReady() {
    a.await("ready for failover: yes");
    b.await("ready for failover: yes");
  }

  private String conf(Node node, int own, int other, String fingerprint) {
    String l = own == 2 ? "a" : "b";
    String r = own == 2 ? "b" : "a";
    StringBuilder s =
        new StringBuilder(
            """
            node { name = %1$s, state-dir = "%2$s/state", run-dir = "%2$s/run" }
            control { socket = "%2$s/pollux.sock" }
            secrets = ["%2$s/secrets.conf"]
            ha {
              link { local = 10.99.0.%3$d, peer = 10.99.0.%4$d, port = 4510, identity = "%2$s/node.pem", peer-fingerprint = "%5$s" }
              vrrp {
                advert-interval = 1s, priority = 150, preempt = false
                instances {
                  outside { interface = wan0, vrid = 51, source = 203.0.113.%6$d, peer = 203.0.113.%7$d, addresses = [%8$s/32] }
                  inside { interface = lan0, vrid = 52, source = 10.1.0.%6$d, peer = 10.1.0.%7$d, addresses = [%9$s/32] }
            """
                .formatted(
                    node.name(),
                    node.dir(),
                    own - 1,
                    other - 1,
                    fingerprint,
                    own,
                    other,
                    VIP,
                    INSIDE));
    if (tunnels.stream().anyMatch(Tunnel::ipv6)) {
      s.append(
          "      outside6 { interface = wan0, vrid = 61, source = \"fe80::%s\", peer = \"fe80::%s\", addresses = [\"%s/128\"] }\n"
              .formatted(l, r, VIP6));
    }
    s.append("    }\n  }\n}\nconnections {\n");
    for (Tunnel t : tunnels) {
      s.append(
          """
            %1$s {
              interface = %2$s
              local  { address = "%3$s", id = hub.example.org }
              remote { address = "%4$s", id = %5$s }
              proposals = [aes256gcm16-prfsha384-x25519]
              children { net { local-ts = ["%6$s"], remote-ts = ["%7$s"], esp-proposals = [aes256gcm16-esn] } }
            }
          """
              .formatted(t.name(), t.device(), t.vip(), t.peer(), t.id(), t.local(), t.network()));
    }
    return s.append("}\n").toString();
  }

  private String secrets() {
    StringBuilder s = new StringBuilder("psk {\n");
    tunnels.forEach(t -> s.append("\"" + t.id() + "\" = \"open to all readers\"\n"));
    return s.append("}\n").toString();
  }

  private String swanctl() {
    StringBuilder s = new StringBuilder("connections {\n");
    StringBuilder secrets = new StringBuilder("secrets {\n");
    for (Tunnel t : tunnels) {
      s.append(
          """
            c-%1$s {
              version = 2
              local_addrs = %2$s
              remote_addrs = %3$s
              mobike = no
              proposals = aes256gcm16-prfsha384-x25519
              dpd_delay = 0
              local { auth = psk
                      id = %4$s }
              remote { auth = psk
                       id = hub.example.org }
              children { %1$s { local_ts = %5$s
                                remote_ts = %6$s
                                esp_proposals = aes256gcm16-esn
                                rekey_time = 0
                                replay_window = 128 } }
            }
          """
              .formatted(t.name(), t.peer(), t.vip(), t.id(), t.network(), t.local()));
      secrets.append(
          "  ike-%s { id-a = %s\n id-b = hub.example.org\n secret = \"open to all readers\" }\n"
              .formatted(t.name(), t.id()));
    }
    return s.append("}\n").append(secrets).append("}\n").toString();
  }

  /** Pings through every tunnel from the hub's LAN, by way of each gateway, until the end. */
  public void traffic() {
    traffic(tunnels, List.of(100, 101, 102));
  }

  /** Pings to these hosts of these tunnels. */
  public void traffic(List<Tunnel> through, List<Integer> hosts) {
    for (Tunnel t : through) {
      for (int host : hosts) {
        if (t.ipv6() && host == 100) {
          continue; // the inside VIP is IPv4
        }
        traffic.add(
            net.start(
                "hub-lan",
                dir.resolve("ping-" + t.name() + "-" + host),
                Map.of(),
                "ping",
                "-n",
                "-i",
                "0.2",
                t.host(host)));
      }
    }
  }

  /** Waits until a host behind the branch answers through a tunnel. */
  public void awaitAnswer(Tunnel t, int host) {
    Waits.until(
        () -> net.run("hub-lan", "ping", "-n", "-c", "1", "-W", "1", t.host(host)).ok(),
        Duration.ofSeconds(120),
        t.name() + ": an answer of " + t.host(host) + "\n" + a.log() + b.log());
  }

  /** The host number that is routed by way of a gateway. */
  public int by(Node node) {
    return node == a ? 101 : 102;
  }

  public List<Tunnel> tunnels() {
    return tunnels;
  }

  @Override
  public void close() {
    traffic.forEach(Process::destroyForcibly);
    net.close();
  }
}
