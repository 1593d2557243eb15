package io.pollux.ha.vrrp;

import java.net.InetAddress;

/**
 * What the checksum of an IPv4 advertisement covers. For IPv6 it always covers the pseudo-header
 * (RFC 9568 section 5.2.8).
 */
public enum VrrpChecksum {
  /** The VRRP message alone: RFC 9568 section 5.2.8. */
  MESSAGE,
  /**
   * A pseudo-header too, as many implementations of RFC 5798 do. keepalived sends it so, and
   * (2.2.7, tried) drops what is summed as RFC 9568 says: choose this one unless the other routers
   * of the group are known to follow RFC 9568.
   */
  PSEUDO_HEADER;

  private static final int PROTOCOL = 112;

  /** The checksum of {@code message}, whose own checksum field is taken as zero. */
  int over(byte[] message, InetAddress source, InetAddress destination) {
    byte[] from = source.getAddress();
    boolean pseudo = this == PSEUDO_HEADER || from.length == 16;
    long sum = 0;
    if (pseudo) {
      // RFC 8200 section 8.1: addresses, length, next header; the IPv4 one adds up to the same.
      sum += add(from, -1) + add(destination.getAddress(), -1) + message.length + PROTOCOL;
    }
    sum += add(message, VrrpAdvert.CHECKSUM);
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) (~sum & 0xffff);
  }

  private static long add(byte[] octets, int skippedWord) {
    long sum = 0;
    for (int at = 0; at < octets.length; at += 2) {
      if (at != skippedWord) {
        int low = at + 1 < octets.length ? Byte.toUnsignedInt(octets[at + 1]) : 0;
        sum += Byte.toUnsignedInt(octets[at]) << 8 | low;
      }
    }
    return sum;
  }
}
