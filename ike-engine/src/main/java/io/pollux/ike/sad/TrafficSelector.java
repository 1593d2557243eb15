package io.pollux.ike.sad;

import java.net.InetAddress;

/**
 * One traffic selector (RFC 7296 section 3.13.1): an inclusive range of addresses of one family, an
 * IP protocol (0 = any), and an inclusive range of ports (0 to 65535; for ICMP, type in the high
 * octet and code in the low one). OPAQUE is 65535 to 0.
 */
public record TrafficSelector(
    InetAddress from, InetAddress to, int protocol, int startPort, int endPort) {
  @Override
  public String toString() {
    String range =
        from.equals(to) ? from.getHostAddress() : from.getHostAddress() + "-" + to.getHostAddress();
    if (protocol == 0 && startPort == 0 && endPort == 65535) {
      return range;
    }
    return range + "[" + protocol + "/" + startPort + "-" + endPort + "]";
  }
}
