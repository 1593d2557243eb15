package io.pollux.ha.vrrp;

import io.pollux.ike.wire.Octets;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What moves a virtual address in the neighbours' tables (RFC 9568 section 6.4.2): a gratuitous ARP
 * for IPv4, as a request because a reply does not move a fresh entry on Linux; an unsolicited
 * Neighbor Advertisement with R and O set for IPv6 (RFC 4861 section 4.4).
 */
public record Announcement(String interfaceName, InetAddress address) {
  private static final int ARP = 0x0806;
  private static final int IPV6 = 0x86dd;
  private static final int ETHERNET = 14;
  private static final int NA_LENGTH = 32;
  private static final int ICMPV6 = 58;

  /**
   * The whole Ethernet frame for a packet socket.
   *
   * @param mac the six octets of the interface's (or the virtual) MAC address
   */
  public Octets frame(Octets mac) {
    if (mac.length() != 6) {
      throw new IllegalArgumentException("MAC address of " + mac.length() + " octets");
    }
    return address instanceof Inet4Address ? gratuitousArp(mac) : neighborAdvertisement(mac);
  }

  private Octets gratuitousArp(Octets mac) {
    byte[] ip = address.getAddress();
    ByteBuffer out = ByteBuffer.allocate(ETHERNET + 28).order(ByteOrder.BIG_ENDIAN);
    for (int i = 0; i < 6; i++) {
      out.put((byte) 0xff);
    }
    mac.writeTo(out);
    out.putShort((short) ARP);
    out.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
    out.putShort((short) 1); // request
    mac.writeTo(out);
    out.put(ip);
    mac.writeTo(out); // RFC 9568: the target link-layer address is set too
    out.put(ip);
    return Octets.owning(out.array());
  }

  private Octets neighborAdvertisement(Octets mac) {
    byte[] target = address.getAddress();
    byte[] allNodes = new byte[16];
    allNodes[0] = (byte) 0xff;
    allNodes[1] = 2;
    allNodes[15] = 1;
    ByteBuffer icmp = ByteBuffer.allocate(NA_LENGTH).order(ByteOrder.BIG_ENDIAN);
    icmp.put((byte) 136).put((byte) 0).putShort((short) 0);
    icmp.putInt(0xa000_0000).put(target); // Router and Override, not Solicited
    icmp.put((byte) 2).put((byte) 1); // Target Link-Layer Address, 8 octets
    mac.writeTo(icmp);
    icmp.putShort(2, (short) icmpChecksum(icmp.array(), target, allNodes));
    ByteBuffer out = ByteBuffer.allocate(ETHERNET + 40 + NA_LENGTH).order(ByteOrder.BIG_ENDIAN);
    out.putShort((short) 0x3333).putInt(1);
    mac.writeTo(out);
    out.putShort((short) IPV6);
    out.putInt(0x6000_0000).putShort((short) NA_LENGTH).put((byte) ICMPV6).put((byte) 255);
    out.put(target).put(allNodes).put(icmp.array());
    return Octets.owning(out.array());
  }

  private static int icmpChecksum(byte[] message, byte[] source, byte[] destination) {
    ByteBuffer all = ByteBuffer.allocate(40 + message.length).order(ByteOrder.BIG_ENDIAN);
    all.put(source).put(destination).putInt(message.length).putInt(ICMPV6).put(message).flip();
    long sum = 0;
    while (all.hasRemaining()) {
      sum += Short.toUnsignedInt(all.getShort());
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) (~sum & 0xffff);
  }
}
