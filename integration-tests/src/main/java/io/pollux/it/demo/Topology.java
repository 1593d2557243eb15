package io.pollux.it.demo;

import java.util.List;

/**
 * The network, as namespaces. The switches are namespaces of their own, so that a power cut takes
 * the switch's port down and nothing of the dead machine can come out. Every gateway has a default
 * route to the WAN: without a policy or a gate, LAN packets would leave in the clear, and be seen.
 *
 * <pre>
 *   lan-hub -- hub-sw --+-- gw-a --+-- wan -- branch -- lan-branch
 *                       |    |     |
 *                       |  ha-sw   |
 *                       |    |     |
 *                       +-- gw-b --+
 * </pre>
 */
final class Topology {
  static final String LAN_HUB = "lan-hub";
  static final String HUB_SWITCH = "hub-sw";
  static final String LINK_SWITCH = "ha-sw";
  static final String WAN = "wan";
  static final String BRANCH = "branch";
  static final String LAN_BRANCH = "lan-branch";

  static final String HUB_HOST = "10.1.0.100";
  static final String HUB_HOST_MAC = "02:00:00:00:01:01";
  static final String BRANCH_HOST_MAC = "02:00:00:00:02:01";
  static final String BRANCH_LAN_MAC = "02:00:00:00:20:01";
  static final String BRANCH_WAN_MAC = "02:00:00:00:20:02";

  /** What must never be seen on the WAN. */
  static final List<String> INNER = List.of("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16");

  /** Leaves room for ESP inside the WAN's 1500, so that no drill depends on path MTU discovery. */
  private static final int LAN_MTU = 1400;

  private static final List<String> ALL =
      List.of(LAN_HUB, HUB_SWITCH, LINK_SWITCH, WAN, BRANCH, LAN_BRANCH, "gw-a", "gw-b");

  private final int tunnels;

  Topology(int tunnels) {
    this.tunnels = tunnels;
  }

  static String branchAddress(int tunnel) {
    return "203.0.113." + (20 + tunnel);
  }

  static String gcmSubnet(int tunnel) {
    return "10.2." + tunnel + ".0/24";
  }

  static String cbcSubnet(int tunnel) {
    return "10.3." + tunnel + ".0/24";
  }

  static String gcmHost(int tunnel) {
    return "10.2." + tunnel + ".100";
  }

  static String cbcHost(int tunnel) {
    return "10.3." + tunnel + ".100";
  }

  void build() {
    Shell.script(buildScript());
  }

  /** Everything at once: switches and hosts first, then the gateways. */
  String buildScript() {
    StringBuilder s = new StringBuilder("ip -batch - <<'EOF'\n");
    for (String ns : ALL) {
      s.append("netns add ").append(ns).append('\n');
    }
    s.append(bridge(HUB_SWITCH)).append(bridge(WAN)).append(bridge(LINK_SWITCH));
    s.append(veth(LAN_HUB, "eth0", HUB_HOST_MAC, HUB_SWITCH, "host"));
    s.append(veth(BRANCH, "wan0", BRANCH_WAN_MAC, WAN, "branch"));
    s.append(
        "link add name lan0 netns %s address %s type veth peer name eth0 netns %s address %s\n"
            .formatted(BRANCH, BRANCH_LAN_MAC, LAN_BRANCH, BRANCH_HOST_MAC));
    s.append("EOF\n");
    for (String ns : List.of(HUB_SWITCH, WAN, LINK_SWITCH, LAN_HUB, BRANCH, LAN_BRANCH)) {
      s.append(sysctls(ns, true));
    }
    s.append(in(HUB_SWITCH, port("host"))).append(in(WAN, port("branch")));
    s.append(in(LAN_HUB, hubHost()))
        .append(in(BRANCH, branch()))
        .append(in(LAN_BRANCH, branchHost()));
    s.append(gatewayScript(Gateway.A, true)).append(gatewayScript(Gateway.B, true));
    s.append(in(WAN, "link set br0 up\n")).append(in(HUB_SWITCH, "link set br0 up\n"));
    return s.append(in(LINK_SWITCH, "link set br0 up\n")).append(warmUp(LAN_HUB)).toString();
  }

  /**
   * A machine that was dead comes back: the same ports and addresses, nothing of its former state.
   * It does not forward yet: between boot and daemon nothing but that keeps its LAN's packets from
   * the WAN.
   */
  void rebuild(Gateway gw) {
    StringBuilder s = new StringBuilder();
    for (String ns : List.of(HUB_SWITCH, WAN, LINK_SWITCH)) {
      s.append(in(ns, "link del " + gw.name() + "\n"));
    }
    s.append("ip netns del ")
        .append(gw.name())
        .append("\nip netns add ")
        .append(gw.name())
        .append('\n');
    s.append(gatewayScript(gw, false));
    s.append(in(LINK_SWITCH, "link set " + gw.other().name() + " up\n"));
    Shell.script(s.toString());
  }

  /** What a gateway's start-up does when its daemon stands. */
  void forward(Gateway gw) {
    Shell.script(
        "nsenter --net=/run/netns/"
            + gw.name()
            + " sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'\n");
  }

  /** Removes all of it; what is not there is not missed. */
  static void destroy() {
    StringBuilder s = new StringBuilder();
    for (String ns : ALL) {
      s.append("ip netns del ").append(ns).append(" 2>/dev/null || :\n");
    }
    Shell.script(s.toString());
  }

  private static String gatewayScript(Gateway gw, boolean forwards) {
    StringBuilder s = new StringBuilder("ip -batch - <<'EOF'\n");
    s.append(veth(gw.name(), "lan0", gw.lanMac(), HUB_SWITCH, gw.name()));
    s.append(veth(gw.name(), "wan0", gw.wanMac(), WAN, gw.name()));
    s.append(veth(gw.name(), "ha0", gw.linkMac(), LINK_SWITCH, gw.name()));
    s.append("EOF\n").append(sysctls(gw.name(), forwards));
    for (String ns : List.of(HUB_SWITCH, WAN, LINK_SWITCH)) {
      s.append(in(ns, port(gw.name())));
    }
    return s.append(in(gw.name(), gateway(gw))).toString();
  }

  static String gateway(Gateway gw) {
    return """
        link set lo up
        link set lan0 mtu %d up
        link set wan0 up
        link set ha0 up
        addr add %s/24 dev lan0
        addr add %s/24 dev wan0
        addr add %s/30 dev ha0
        route add default via %s dev wan0
        """
        .formatted(LAN_MTU, gw.lanAddress(), gw.wanAddress(), gw.linkAddress(), branchAddress(0));
  }

  static String hubHost() {
    return """
        link set lo up
        link set eth0 mtu %d up
        addr add %s/24 dev eth0
        route add default via %s
        """
        .formatted(LAN_MTU, HUB_HOST, Gateway.INSIDE_VIP);
  }

  String branch() {
    StringBuilder s = new StringBuilder("link set lo up\nlink set wan0 up\n");
    s.append("link set lan0 mtu ").append(LAN_MTU).append(" up\n");
    for (int i = 0; i < tunnels; i++) {
      s.append("addr add ").append(branchAddress(i)).append("/24 dev wan0\n");
      s.append("addr add ").append(gcmSubnet(i).replace(".0/", ".1/")).append(" dev lan0\n");
      s.append("addr add ").append(cbcSubnet(i).replace(".0/", ".1/")).append(" dev lan0\n");
    }
    return s.append("route add default via ")
        .append(Gateway.OUTSIDE_VIP)
        .append(" dev wan0\n")
        .toString();
  }

  String branchHost() {
    StringBuilder s = new StringBuilder("link set lo up\nlink set eth0 mtu ");
    s.append(LAN_MTU).append(" up\n");
    for (int i = 0; i < tunnels; i++) {
      s.append("addr add ").append(gcmHost(i)).append("/24 dev eth0\n");
      s.append("addr add ").append(cbcHost(i)).append("/24 dev eth0\n");
    }
    return s.append("route add default via 10.2.0.1\n").toString();
  }

  private static String bridge(String ns) {
    return "link add name br0 netns %s type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
        .formatted(ns);
  }

  private static String veth(String ns, String dev, String mac, String switchNs, String port) {
    return "link add name %s netns %s address %s type veth peer name %s netns %s\n"
        .formatted(dev, ns, mac, port, switchNs);
  }

  private static String port(String port) {
    return "link set " + port + " master br0\nlink set " + port + " up\n";
  }

  static String in(String ns, String batch) {
    return "ip -n " + ns + " -batch - <<'EOF'\n" + batch + "EOF\n";
  }

  static String sysctls(String ns, boolean forwards) {
    return """
        nsenter --net=/run/netns/%s sh -c '
        cd /proc/sys/net/ipv4
        echo %d > ip_forward
        for d in conf/*; do echo 0 > $d/rp_filter; echo 0 > $d/send_redirects; echo 0 > $d/accept_redirects; done
        [ ! -d ../ipv6 ] || { echo 1 > ../ipv6/conf/all/disable_ipv6; echo 1 > ../ipv6/conf/default/disable_ipv6; }
        '
        """
        .formatted(ns, forwards ? 1 : 0);
  }

  /** The first SA of an algorithm takes up to a second in a fresh kernel: not during a drill. */
  static String warmUp(String ns) {
    String sa = "xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi ";
    return in(
        ns,
        sa
            + "1001 mode tunnel aead 'rfc4106(gcm(aes))' 0x"
            + "00".repeat(36)
            + " 128\n"
            + sa
            + "1002 mode tunnel auth-trunc 'hmac(sha256)' 0x"
            + "00".repeat(32)
            + " 128 enc 'cbc(aes)' 0x"
            + "00".repeat(32)
            + "\nxfrm state flush\n");
  }
}
