package io.pollux.it.demo;

import java.nio.file.Path;

/**
 * Pollux configuration files (HOCON) of the demo's nodes.
 *
 * @param jump as in {@code ha.jump}: auto, rate, rekey or "fixed N"
 * @param unsafe allows a jump of 0 and freezing the counters: the control scenario, nothing else
 */
record PolluxConfig(int tunnels, int advertMillis, String jump, boolean unsafe, Variant variant) {

  /** As it is without a variant. */
  PolluxConfig(int tunnels, int advertMillis, String jump, boolean unsafe) {
    this(tunnels, advertMillis, jump, unsafe, Variant.PLAIN);
  }

  String gateway(Gateway gw, Path dir, String peerFingerprint) {
    return variant.gateway(gw, plain(gw, dir, peerFingerprint));
  }

  private String plain(Gateway gw, Path dir, String peerFingerprint) {
    return node(gw.name(), dir)
        + """
        ha {
          link { local = %s, peer = %s, port = 4510, identity = "%s", peer-fingerprint = "%s" }
          jump = %s
          rekey-after-takeover = off # the verdicts ask for the SAs of before
          counters { poll = 100ms }
          vrrp {
            advert-interval = %dms, priority = 150, preempt = false
            instances {
              outside { interface = wan0, vrid = 51, source = %s, peer = %s, addresses = [%s/32] }
              inside  { interface = lan0, vrid = 52, source = %s, peer = %s, addresses = [%s/32] }
            }
          }
        }
        lab { unsafe = %b }
        """
            .formatted(
                gw.linkAddress(),
                gw.other().linkAddress(),
                dir.resolve("node.pem"),
                peerFingerprint,
                quoted(jump),
                advertMillis,
                gw.wanAddress(),
                gw.other().wanAddress(),
                Gateway.OUTSIDE_VIP,
                gw.lanAddress(),
                gw.other().lanAddress(),
                Gateway.INSIDE_VIP,
                unsafe)
        + connections();
  }

  private static String quoted(String jump) {
    return jump.contains(" ") ? '"' + jump + '"' : jump;
  }

  private static String node(String name, Path dir) {
    return """
    node { name = %1$s, state-dir = "%2$s/state", run-dir = "%2$s/run" }
    control { socket = "%2$s/pollux.sock" }
    secrets = ["%2$s/secrets.conf"]
    """
        .formatted(name, dir);
  }

  private String connections() {
    StringBuilder s = new StringBuilder("connections {\n");
    for (int i = 0; i < tunnels; i++) {
      s.append(
          """
            %s {
              local  { address = %s, id = %s }
              remote { address = %s, id = %s }
              proposals = [aes256gcm16-prfsha384-x25519]
              children {
                gcm { local-ts = [10.1.0.0/24], remote-ts = [%s], esp-proposals = [aes256gcm16-esn], start = none }
                cbc { local-ts = [10.1.0.0/24], remote-ts = [%s], esp-proposals = [aes256-sha256], start = none }
              }
            }
          """
              .formatted(
                  Names.connection(i),
                  Gateway.OUTSIDE_VIP,
                  Names.HUB_ID,
                  Topology.branchAddress(i),
                  Names.branchId(i),
                  Topology.gcmSubnet(i),
                  Topology.cbcSubnet(i)));
    }
    return s.append("}\n").toString();
  }

  /** The branch, where it runs Pollux: one node, no pair. */
  String branch(Path dir) {
    StringBuilder s = new StringBuilder(node("branch", dir)).append("connections {\n");
    for (int i = 0; i < tunnels; i++) {
      s.append(
          """
            hub%1$d {
              local  { address = %2$s, id = %3$s }
              remote { address = %4$s, id = %5$s }
              proposals = [aes256gcm16-prfsha384-x25519]
              children {
                gcm { local-ts = [%6$s], remote-ts = [10.1.0.0/24], esp-proposals = [aes256gcm16-esn], start = none }
                cbc { local-ts = [%7$s], remote-ts = [10.1.0.0/24], esp-proposals = [aes256-sha256], start = none }
              }
            }
          """
              .formatted(
                  i,
                  Topology.branchAddress(i),
                  Names.branchId(i),
                  Gateway.OUTSIDE_VIP,
                  Names.HUB_ID,
                  Topology.gcmSubnet(i),
                  Topology.cbcSubnet(i)));
    }
    return variant.branch(s.append("}\n").toString());
  }

  /** Secrets as the hub sees them: one for each branch. */
  String hubSecrets() {
    StringBuilder s = new StringBuilder("psk {\n");
    for (int i = 0; i < tunnels; i++) {
      s.append("  \"%s\" = \"%s\"\n".formatted(Names.branchId(i), Names.secret()));
    }
    return s.append("}\n").toString();
  }

  /**
   * Secrets as a branch with one identity per tunnel sees them: all tunnels lead to the same hub.
   */
  String branchSecrets() {
    return "psk { \"%s\" = \"%s\" }\n".formatted(Names.HUB_ID, Names.secret());
  }
}
