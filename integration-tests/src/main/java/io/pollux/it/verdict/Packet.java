package io.pollux.it.verdict;

import java.nio.charset.StandardCharsets;

/**
 * One captured IPv4 packet (RFC 791), or an IPv6 one (RFC 8200) without extension headers.
 *
 * @param timeNs CLOCK_REALTIME of the capture, ns
 * @param sourceMac 48 bits; 0 where the capture has none
 * @param source IPv4 address as an unsigned 32-bit number; 0 for IPv6
 * @param data all captured octets of the frame
 * @param payload where the IP payload begins in data
 */
record Packet(
    long timeNs,
    long sourceMac,
    long targetMac,
    int protocol,
    int source,
    int destination,
    byte[] data,
    int payload) {
  static final int ICMP = 1;
  static final int UDP = 17;
  static final int ESP = 50;
  static final int VRRP = 112;

  private static final byte[] MAGIC = "PLXFLOW1".getBytes(StandardCharsets.US_ASCII);
  private static final int UDP_HEADER = 8;

  /** The number of the test flow that this packet belongs to; -1 for all other packets. */
  int flow() {
    int at = payload + UDP_HEADER;
    if (protocol != UDP || data.length < at + 16) {
      return -1;
    }
    for (int i = 0; i < MAGIC.length; i++) {
      if (data[at + i] != MAGIC[i]) {
        return -1;
      }
    }
    return u32(at + 8);
  }

  /** Its number within the flow. */
  int flowSequence() {
    return u32(payload + UDP_HEADER + 12);
  }

  /** True when the test traffic's mark stands anywhere in the captured octets. */
  boolean containsFlowMagic() {
    for (int at = payload; at + MAGIC.length <= data.length; at++) {
      int i = 0;
      while (i < MAGIC.length && data[at + i] == MAGIC[i]) {
        i++;
      }
      if (i == MAGIC.length) {
        return true;
      }
    }
    return false;
  }

  int sourcePort() {
    return u16(payload);
  }

  int targetPort() {
    return u16(payload + 2);
  }

  /** Octets captured from {@code at}. */
  int left(int at) {
    return data.length - at;
  }

  int u8(int at) {
    return data[at] & 0xff;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  int u32(int at) {
    return u16(at) << 16 | u16(at + 2);
  }

  long u64(int at) {
    return (long) u32(at) << 32 | Integer.toUnsignedLong(u32(at + 4));
  }

  static long mac(String text) {
    return Long.parseLong(text.replace(":", ""), 16);
  }

  static int address(String text) {
    int out = 0;
    for (String octet : text.split("\\.")) {
      out = out << 8 | Integer.parseInt(octet);
    }
    return out;
  }

  static String text(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 255)
        + "."
        + (address >>> 8 & 255)
        + "."
        + (address & 255);
  }
}
