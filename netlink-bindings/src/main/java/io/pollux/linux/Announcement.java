package io.pollux.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Frames that tell a link where an address now lives: a gratuitous ARP request (RFC 826, RFC 5227
 * section 3) and an unsolicited neighbour advertisement (RFC 4861 section 7.2.6). A request,
 * because a reply does not move a fresh entry of Linux's neighbour table.
 */
public final class Announcement {
  private static final int MAC = 6;
  private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};
  private static final byte[] ALL_NODES_MAC = {0x33, 0x33, 0, 0, 0, 1};
  private static final byte[] ALL_NODES = {
    (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
  };
  private static final short ARP_REQUEST = 1;
  private static final int NA_LENGTH = 32; // with the target link-layer address option
  private static final byte NEIGHBOR_ADVERTISEMENT = (byte) 136;
  private static final int OVERRIDE = 0x20000000;
  private static final int ROUTER = 0x80000000;
  private static final byte TARGET_LINK_LAYER_ADDRESS = 2;
  private static final byte HOP_LIMIT = (byte) 255; // RFC 4861 section 7.1.2: else it is dropped

  private Announcement() {}

  /**
   * The frame for an address, ready to be sent any number of times.
   *
   * @param mac six octets: the hardware address of the device that has it
   * @param router whether the node forwards (only said in IPv6)
   */
  public static ByteBuffer of(byte[] mac, InetAddress address, boolean router) {
    if (mac.length != MAC) {
      throw new IllegalArgumentException("hardware address of " + mac.length + " octets");
    }
    return address instanceof Inet4Address
        ? gratuitousArp(mac, address)
        : unsolicitedAdvertisement(mac, address, router);
  }

  private static ByteBuffer gratuitousArp(byte[] mac, InetAddress address) {
    byte[] ip = address.getAddress();
    ByteBuffer frame = ByteBuffer.allocateDirect(60); // network order; 60 is Ethernet's smallest
    frame.put(BROADCAST).put(mac).putShort((short) LinuxAbi.ETH_P_ARP);
    frame.putShort((short) LinuxAbi.ARPHRD_ETHER).putShort((short) LinuxAbi.ETH_P_IP);
    frame.put((byte) MAC).put((byte) ip.length).putShort(ARP_REQUEST);
    frame.put(mac).put(ip).put(new byte[MAC]).put(ip);
    return frame.clear();
  }

  private static ByteBuffer unsolicitedAdvertisement(
      byte[] mac, InetAddress address, boolean router) {
    byte[] ip = address.getAddress();
    ByteBuffer frame = ByteBuffer.allocateDirect(14 + 40 + NA_LENGTH);
    frame.put(ALL_NODES_MAC).put(mac).putShort((short) LinuxAbi.ETH_P_IPV6);
    frame.putInt(6 << 28).putShort((short) NA_LENGTH);
    frame.put((byte) LinuxAbi.IPPROTO_ICMPV6).put(HOP_LIMIT).put(ip).put(ALL_NODES);
    int icmp = frame.position();
    frame.put(NEIGHBOR_ADVERTISEMENT).put((byte) 0).putShort((short) 0);
    frame.putInt(router ? ROUTER | OVERRIDE : OVERRIDE).put(ip);
    frame.put(TARGET_LINK_LAYER_ADDRESS).put((byte) 1).put(mac);
    // The pseudo-header of RFC 8200 section 8.1: both addresses, length, next header.
    long sum = NA_LENGTH + LinuxAbi.IPPROTO_ICMPV6;
    for (int at = icmp - 32; at < frame.capacity(); at += Short.BYTES) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    frame.putShort(icmp + 2, fold(sum));
    return frame.clear();
  }

  private static short fold(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >>> Short.SIZE);
    }
    return (short) ~folded;
  }
}
