package io.pollux.it.demo;

/** SAs with fixed keys for the stand-in: the same selectors and algorithms as the real tunnels. */
final class ManualKeys {
  private static final String GCM = "aead rfc4106(gcm(aes)) 0x%s 128 replay-window 128 flag esn";
  private static final String CBC =
      "auth-trunc hmac(sha256) 0x%s 128 enc cbc(aes) 0x%s replay-window 32";

  private ManualKeys() {}

  static String branchScript(int tunnels) {
    StringBuilder s = new StringBuilder("ip -n " + Topology.BRANCH + " -batch - <<'EOF'\n");
    for (int i = 0; i < tunnels; i++) {
      s.append(states(i, 0));
      s.append(
          policy(
              i,
              "out",
              Topology.gcmSubnet(i),
              "10.1.0.0/24",
              Topology.branchAddress(i),
              Gateway.OUTSIDE_VIP,
              1));
      s.append(
          policy(
              i,
              "in",
              "10.1.0.0/24",
              Topology.gcmSubnet(i),
              Gateway.OUTSIDE_VIP,
              Topology.branchAddress(i),
              1));
      s.append(
          policy(
              i,
              "fwd",
              "10.1.0.0/24",
              Topology.gcmSubnet(i),
              Gateway.OUTSIDE_VIP,
              Topology.branchAddress(i),
              1));
      s.append(
          policy(
              i,
              "out",
              Topology.cbcSubnet(i),
              "10.1.0.0/24",
              Topology.branchAddress(i),
              Gateway.OUTSIDE_VIP,
              2));
      s.append(
          policy(
              i,
              "in",
              "10.1.0.0/24",
              Topology.cbcSubnet(i),
              Gateway.OUTSIDE_VIP,
              Topology.branchAddress(i),
              2));
      s.append(
          policy(
              i,
              "fwd",
              "10.1.0.0/24",
              Topology.cbcSubnet(i),
              Gateway.OUTSIDE_VIP,
              Topology.branchAddress(i),
              2));
    }
    return s.append("EOF\n").toString();
  }

  /**
   * A gateway's SAs and policies.
   *
   * @param oseq where the outbound numbers stand: 0 for the first active node, the jump for a
   *     standby
   */
  static String gatewayScript(Gateway gw, int tunnels, long oseq) {
    StringBuilder s = new StringBuilder("ip -n " + gw.name() + " -batch - <<'EOF'\n");
    for (int i = 0; i < tunnels; i++) {
      s.append(states(i, oseq));
      s.append(
          policy(
              i,
              "out",
              "10.1.0.0/24",
              Topology.gcmSubnet(i),
              Gateway.OUTSIDE_VIP,
              Topology.branchAddress(i),
              1));
      s.append(
          policy(
              i,
              "in",
              Topology.gcmSubnet(i),
              "10.1.0.0/24",
              Topology.branchAddress(i),
              Gateway.OUTSIDE_VIP,
              1));
      s.append(
          policy(
              i,
              "fwd",
              Topology.gcmSubnet(i),
              "10.1.0.0/24",
              Topology.branchAddress(i),
              Gateway.OUTSIDE_VIP,
              1));
      s.append(
          policy(
              i,
              "out",
              "10.1.0.0/24",
              Topology.cbcSubnet(i),
              Gateway.OUTSIDE_VIP,
              Topology.branchAddress(i),
              2));
      s.append(
          policy(
              i,
              "in",
              Topology.cbcSubnet(i),
              "10.1.0.0/24",
              Topology.branchAddress(i),
              Gateway.OUTSIDE_VIP,
              2));
      s.append(
          policy(
              i,
              "fwd",
              Topology.cbcSubnet(i),
              "10.1.0.0/24",
              Topology.branchAddress(i),
              Gateway.OUTSIDE_VIP,
              2));
    }
    return s.append("EOF\n").toString();
  }

  private static String states(int tunnel, long oseq) {
    String vip = Gateway.OUTSIDE_VIP;
    String branch = Topology.branchAddress(tunnel);
    return state(vip, branch, tunnel, 1, 0x1000, oseq)
        + state(branch, vip, tunnel, 1, 0x2000, 0)
        + state(vip, branch, tunnel, 2, 0x3000, oseq)
        + state(branch, vip, tunnel, 2, 0x4000, 0);
  }

  private static String state(String src, String dst, int tunnel, int child, int spi, long oseq) {
    int reqid = 2 * tunnel + child;
    String head =
        "xfrm state add src %s dst %s proto esp spi 0x%x reqid %d mode tunnel "
            .formatted(src, dst, 0x10000000 + spi + tunnel, reqid);
    String key = "%08x".formatted(spi + tunnel).repeat(8);
    if (child == 1) {
      return head
          + GCM.formatted(key + "01020304")
          + (oseq > 0 ? " replay-oseq %d".formatted(oseq) : "")
          + "\n";
    }
    return head
        + CBC.formatted(key, key)
        + (oseq > 0 ? " replay-oseq %d".formatted(oseq) : "")
        + "\n";
  }

  private static String policy(
      int tunnel, String dir, String from, String to, String src, String dst, int child) {
    return "xfrm policy add src %s dst %s dir %s tmpl src %s dst %s proto esp reqid %d mode tunnel\n"
        .formatted(from, to, dir, src, dst, 2 * tunnel + child);
  }
}
