package io.pollux.it.gate;

/**
 * One connection between the pair and the branch.
 *
 * @param device as {@code interface} of the connection: none, own, shared or vti
 * @param vip the pair's outer address
 * @param peer the branch's
 * @param local the network behind the pair
 * @param remote the network behind the branch, all but its host part: "10.2.0."
 * @param length of the remote network's prefix
 */
public record Tunnel(
    String name, String device, String vip, String peer, String local, String remote, int length) {
  /** IPv4 in IPv4, number NUMBER, through a device of this kind. */
  public static Tunnel v4(String name, String device, int number) {
    return new Tunnel(
        name, device, Site.VIP, "203.0.113." + (20 + number), Site.LAN, "10.2." + number + ".", 24);
  }

  /** IPv6 in IPv6, number NUMBER. */
  public static Tunnel v6(String name, String device, int number) {
    return new Tunnel(
        name,
        device,
        Site.VIP6,
        "2001:db8:1::" + (20 + number),
        Site.LAN6,
        "fd02:0:0:" + number + "::",
        64);
  }

  public boolean ipv6() {
    return vip.contains(":");
  }

  public String network() {
    return remote + (ipv6() ? "" : "0") + "/" + length;
  }

  /** A host behind the branch. */
  public String host(int number) {
    return remote + number;
  }

  String id() {
    return name + ".example.org";
  }
}
