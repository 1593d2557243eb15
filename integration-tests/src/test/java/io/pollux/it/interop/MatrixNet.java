package io.pollux.it.interop;

import io.pollux.it.interop.Combination.Nat;
import io.pollux.it.interop.Combination.Peer;
import io.pollux.it.lab.Namespaces;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One network for all rows; row N is at N's addresses.
 *
 * <pre>
 *   pollux 192.0.2.1, 2001:db8::1 ----+           +---- peer 192.0.2.(100+N), 2001:db8::1:N
 *      |                              |           |       |
 *      |                           wan (bridge br0)       |
 *      |                                  |               |
 *   10.99.1.2 ----- 10.99.1.1 nat 192.0.2.9, .(100+N) 10.99.2.1 ----- 10.99.2.(10+N)
 * </pre>
 *
 * Each peer has a namespace. The NAT hides ports as well and lets the others' IKE in, so that
 * either side can start. The networks behind are addresses on the loopback devices.
 */
final class MatrixNet {
  static final String NAT_OUTSIDE = "192.0.2.9";
  private static final Pattern PACKETS = Pattern.compile("counter packets (\\d+)");

  private final List<Combination> rows;
  private final Namespaces ns;
  private final Map<Peer, String> last = new EnumMap<>(Peer.class);

  MatrixNet(Namespaces ns, List<Combination> rows) {
    this.ns = ns;
    this.rows = rows;
  }

  /** The namespaces that are needed besides those of every {@link Lab}. */
  static String[] namespaces() {
    return new String[] {"nat", namespace(Peer.LIBRESWAN), namespace(Peer.POLLUX)};
  }

  static String namespace(Peer peer) {
    return switch (peer) {
      case STRONGSWAN -> "swan";
      case LIBRESWAN -> "libre";
      case POLLUX -> "far";
    };
  }

  /** Plugs everything together; the bridge {@code br0} stands. */
  void build() {
    plug("pollux");
    plug("nat");
    ns.veth(new Namespaces.End("nat", "in-pollux"), new Namespaces.End("pollux", "in"));
    ns.bridge("nat", "br-in");
    ns.ip("nat", "addr add 10.99.1.1/24 dev in-pollux", "addr add 10.99.2.1/24 dev br-in");
    int number = 2;
    for (Peer peer : rows.stream().map(Combination::peer).distinct().toList()) {
      last.put(peer, Integer.toString(number++));
      peer(peer);
    }
    pollux();
    nat();
    count();
  }

  private void plug(String namespace) {
    ns.veth(new Namespaces.End(namespace, "out"), new Namespaces.End("wan", "to-" + namespace));
    ns.ip("wan", "link set to-" + namespace + " master br0");
  }

  private void pollux() {
    List<String> commands = new ArrayList<>();
    commands.add("addr add 192.0.2.1/24 dev out");
    commands.add("addr add 2001:db8::1/64 dev out nodad");
    commands.add("addr add 10.99.1.2/24 dev in");
    commands.add("rule add pref 50 from 10.99.1.2 lookup 99");
    commands.add("route add default via 10.99.1.1 dev in table 99");
    for (Combination row : rows) {
      commands.add(
          "addr add %s/%d dev lo".formatted(row.polluxHost(), row.inner() == 4 ? 32 : 128));
    }
    commands.add("route add 10.2.0.0/16 via 192.0.2.2");
    commands.add("route add fd02::/16 via 2001:db8::2");
    ns.ip("pollux", commands.toArray(String[]::new));
  }

  private void peer(Peer peer) {
    String namespace = namespace(peer);
    plug(namespace);
    ns.veth(new Namespaces.End("nat", "in-" + namespace), new Namespaces.End(namespace, "in"));
    ns.ip("nat", "link set in-" + namespace + " master br-in");
    List<String> commands = new ArrayList<>();
    commands.add("addr add 192.0.2.%s/24 dev out".formatted(last.get(peer)));
    commands.add("addr add 2001:db8::%s/64 dev out nodad".formatted(last.get(peer)));
    commands.add("rule add pref 50 from 10.99.2.0/24 lookup 99");
    for (Combination row : rows.stream().filter(r -> r.peer() == peer).toList()) {
      boolean behind = row.nat() == Nat.PEER_BEHIND;
      commands.add(
          "addr add %s/%d dev %s%s"
              .formatted(
                  row.peerAddress(),
                  row.outer() == 4 ? 24 : 64,
                  behind ? "in" : "out",
                  row.outer() == 6 ? " nodad" : ""));
      commands.add("addr add %s/%d dev lo".formatted(row.peerHost(), row.inner() == 4 ? 32 : 128));
    }
    commands.add("route add default via 10.99.2.1 dev in table 99 onlink");
    commands.add("route add 10.1.0.0/16 via 192.0.2.1");
    commands.add("route add fd01::/16 via 2001:db8::1");
    ns.ip(namespace, commands.toArray(String[]::new));
  }

  private void nat() {
    List<String> commands = new ArrayList<>(List.of("addr add " + NAT_OUTSIDE + "/24 dev out"));
    StringBuilder in = new StringBuilder(dnat(NAT_OUTSIDE, "10.99.1.2"));
    StringBuilder out = new StringBuilder(snat("10.99.1.2", NAT_OUTSIDE));
    for (Combination row : rows) {
      if (row.nat() == Nat.PEER_BEHIND) {
        commands.add("addr add " + row.peerSeen() + "/24 dev out");
        in.append(dnat(row.peerSeen(), row.peerAddress()));
        out.append(snat(row.peerAddress(), row.peerSeen()));
      }
    }
    ns.ip("nat", commands.toArray(String[]::new));
    ns.sysctl("nat", "net.ipv4.ip_forward=1");
    String rules =
        """
        table ip nat {
          chain pre {
            type nat hook prerouting priority dstnat
        %s  }
          chain post {
            type nat hook postrouting priority srcnat
        %s  }
        }
        """
            .formatted(in, out);
    ns.run("nat", "nft", rules).orFail();
  }

  private static String dnat(String outside, String inside) {
    return "    iifname \"out\" ip daddr %s udp dport { 500, 4500 } dnat to %s\n"
        .formatted(outside, inside);
  }

  private static String snat(String inside, String outside) {
    return "    oifname \"out\" ip saddr %s meta l4proto udp snat to %s:20000-29999\n"
        .formatted(inside, outside);
  }

  /** Counts IKE messages that begin with an Encrypted and Authenticated Fragment payload, 53. */
  private void count() {
    String rules =
        """
        table inet ike {
          chain received {
            type filter hook input priority 0
            udp dport 500 @th,192,8 53 counter
            udp dport 4500 @th,64,32 0 @th,224,8 53 counter
          }
          chain sent {
            type filter hook output priority 0
            udp sport 500 @th,192,8 53 counter
            udp sport 4500 @th,64,32 0 @th,224,8 53 counter
          }
        }
        """;
    ns.run("pollux", "nft", rules).orFail();
  }

  /** How many fragments Pollux has received and sent so far. */
  Fragments fragments() {
    String listing = ns.run("pollux", "nft", "list", "table", "inet", "ike").orFail();
    int sent = listing.indexOf("chain sent");
    return new Fragments(packets(listing.substring(0, sent)), packets(listing.substring(sent)));
  }

  private static long packets(String listing) {
    return PACKETS.matcher(listing).results().mapToLong(m -> Long.parseLong(m.group(1))).sum();
  }

  /** Counts of IKE fragments. */
  record Fragments(long received, long sent) {
    Fragments since(Fragments earlier) {
      return new Fragments(received - earlier.received, sent - earlier.sent);
    }

    boolean none() {
      return received == 0 && sent == 0;
    }

    /** At least one message each way, which are two fragments. */
    boolean bothWays() {
      return received > 1 && sent > 1;
    }
  }
}
