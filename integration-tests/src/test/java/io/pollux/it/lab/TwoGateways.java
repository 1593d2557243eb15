package io.pollux.it.lab;

/**
 * The smallest network with a tunnel in it.
 *
 * <pre>
 *   lan-a 10.1.0.2 -- 10.1.0.1 gw-a 192.0.2.1 -- wan (bridge) -- 192.0.2.2 gw-b 10.2.0.1 -- 10.2.0.2 lan-b
 * </pre>
 *
 * Each gateway routes the other's LAN over the WAN, so a missing policy shows as clear text there.
 */
final class TwoGateways {
  static final String A = "192.0.2.1";
  static final String B = "192.0.2.2";
  static final String LAN_A = "10.1.0.0/24";
  static final String LAN_B = "10.2.0.0/24";
  static final String HOST_A = "10.1.0.2";
  static final String HOST_B = "10.2.0.2";

  private TwoGateways() {}

  static Namespaces create() {
    Namespaces all = Namespaces.of("lan-a", "gw-a", "wan", "gw-b", "lan-b");
    all.bridge("wan", "br0");
    gateway(all, "a", "1", "2");
    gateway(all, "b", "2", "1");
    return all;
  }

  private static void gateway(Namespaces all, String side, String own, String other) {
    String gateway = "gw-" + side;
    String lan = "lan-" + side;
    all.veth(new Namespaces.End(gateway, "out"), new Namespaces.End("wan", "to-" + side));
    all.veth(new Namespaces.End(gateway, "in"), new Namespaces.End(lan, "eth0"));
    all.ip("wan", "link set to-" + side + " master br0");
    all.ip(
        gateway,
        "addr add 192.0.2." + own + "/24 dev out",
        "addr add 10." + own + ".0.1/24 dev in",
        "route add 10." + other + ".0.0/24 via 192.0.2." + other);
    all.ip(
        lan, "addr add 10." + own + ".0.2/24 dev eth0", "route add default via 10." + own + ".0.1");
    all.sysctl(gateway, "net.ipv4.ip_forward=1");
  }
}
