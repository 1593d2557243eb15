package io.pollux.it.demo;

import java.util.regex.Pattern;

/** How a pair is set up that differs from the demo's own; the traffic stays the same. */
enum Variant {
  /** As {@link PolluxConfig} and {@link Topology} have it. */
  PLAIN,
  /** Gateways and branch speak IPv6 on the WAN; inside is IPv4. */
  IPV6,
  /** Route tunnels by way of a VTI each. */
  VTI,
  /** Route tunnels by way of an XFRM interface each. */
  XFRM_INTERFACE,
  /** Two keepalived decide; the addresses are Pollux's. */
  KEEPALIVED;

  private static final Pattern OUTER =
      Pattern.compile("(\\baddress|_addrs) = 203\\.0\\.113\\.(\\d+)");
  private static final Pattern VRRP = Pattern.compile("(?s)  vrrp \\{.*?\n  \\}\n");

  /** A gateway's configuration, from the plain one. */
  String gateway(Gateway gw, String conf) {
    return switch (this) {
      case PLAIN -> conf;
      case IPV6 -> outerIpv6(conf.replace("instances {\n", "instances {\n" + instance6(gw)));
      case VTI -> through("vti", conf);
      case XFRM_INTERFACE -> through("own", conf);
      case KEEPALIVED ->
          VRRP.matcher(conf)
              .replaceFirst(
                  """
                    external = true
                    addresses {
                      outside { interface = wan0, addresses = ["%s/32"] }
                      inside  { interface = lan0, addresses = ["%s/32"] }
                    }
                  """
                      .formatted(Gateway.OUTSIDE_VIP, Gateway.INSIDE_VIP)
                      .indent(0));
    };
  }

  /** The branch's configuration, of strongSwan or Pollux, from the plain one. */
  String branch(String conf) {
    return this == IPV6 ? outerIpv6(conf) : conf;
  }

  private static String instance6(Gateway gw) {
    return "      outside6 { interface = wan0, vrid = 61, source = \"%s\", peer = \"%s\", addresses = [\"%s/128\"] }\n"
        .formatted(linkLocal(gw), linkLocal(gw.other()), ipv6("1"));
  }

  private static String linkLocal(Gateway gw) {
    return "fe80::" + gw.name().charAt(3);
  }

  private static String ipv6(String last) {
    return "2001:db8:1::" + last;
  }

  private static String outerIpv6(String conf) {
    boolean swanctl = conf.contains("_addrs");
    return OUTER
        .matcher(conf)
        .replaceAll(
            m -> m.group(1) + " = " + (swanctl ? ipv6(m.group(2)) : '"' + ipv6(m.group(2)) + '"'));
  }

  private static String through(String device, String conf) {
    return conf.replace("  local  { address", "  interface = " + device + "\n    local  { address");
  }

  /** What the network needs beside what {@link Topology} builds, as a script; may be empty. */
  String network(int tunnels) {
    if (this != IPV6) {
      return "";
    }
    StringBuilder s = new StringBuilder();
    for (Gateway gw : new Gateway[] {Gateway.A, Gateway.B}) {
      s.append(
          speakIpv6(
              gw.name(),
              address(linkLocal(gw)) + address(ipv6(Integer.toString(gw.number() + 1)))));
    }
    StringBuilder branch = new StringBuilder();
    for (int i = 0; i < tunnels; i++) {
      branch.append(address(ipv6(Integer.toString(20 + i))));
    }
    return s.append(speakIpv6(Topology.BRANCH, branch.toString())).toString();
  }

  private static String address(String address) {
    return "addr add " + address + "/64 dev wan0 nodad\n";
  }

  private static String speakIpv6(String netns, String batch) {
    return """
    nsenter --net=/run/netns/%s sh -c '
    cd /proc/sys/net/ipv6/conf
    for d in all default lo wan0; do echo 0 > $d/disable_ipv6; done
    '
    """
            .formatted(netns)
        + Topology.in(netns, batch);
  }
}
