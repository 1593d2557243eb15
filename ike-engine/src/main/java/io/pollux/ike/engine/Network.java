package io.pollux.ike.engine;

import io.pollux.ike.wire.Octets;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * What one host can have addresses of: an IPv4 address, or the 64 bits before the interface
 * identifier of an IPv6 address (RFC 4291 section 2.5.4). Limits on one stranger count by it.
 */
record Network(Octets prefix) {
  private static final int IPV6_PREFIX = 8;

  static Network of(InetAddress address) {
    byte[] octets = address.getAddress();
    return new Network(
        Octets.of(octets, 0, address instanceof Inet6Address ? IPV6_PREFIX : octets.length));
  }
}
