package io.pollux.it.vrrp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One captured Ethernet frame; reads what the tests look at, with no code of Pollux. */
public record Sniffed(long timeNs, byte[] octets) {
  private static final int ETHERNET = 14;
  private static final int ARP = 0x0806;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int VRRP = 112;
  private static final int ICMPV6 = 58;
  private static final int NEIGHBOR_ADVERTISEMENT = 136;

  String sourceMac() {
    return mac(6);
  }

  private String mac(int at) {
    StringBuilder text = new StringBuilder();
    for (int i = at; i < at + 6; i++) {
      text.append(i == at ? "" : ":").append("%02x".formatted(octets[i]));
    }
    return text.toString();
  }

  private int u8(int at) {
    return octets[at] & 0xff;
  }

  private int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  private int type() {
    return u16(12);
  }

  private int protocol() {
    return switch (type()) {
      case IPV4 -> u8(ETHERNET + 9);
      case IPV6 -> u8(ETHERNET + 6);
      default -> -1;
    };
  }

  boolean isVrrp() {
    return protocol() == VRRP;
  }

  /** A gratuitous ARP, or an unsolicited Neighbor Advertisement, for that address. */
  boolean claims(String address) {
    InetAddress wanted = literal(address);
    if (type() == ARP) {
      byte[] sender = Arrays.copyOfRange(octets, ETHERNET + 14, ETHERNET + 18);
      byte[] target = Arrays.copyOfRange(octets, ETHERNET + 24, ETHERNET + 28);
      return Arrays.equals(sender, wanted.getAddress()) && Arrays.equals(sender, target);
    }
    int icmp = ETHERNET + 40;
    return protocol() == ICMPV6
        && u8(icmp) == NEIGHBOR_ADVERTISEMENT
        && (u8(icmp + 4) & 0x40) == 0 // not solicited
        && Arrays.equals(Arrays.copyOfRange(octets, icmp + 8, icmp + 24), wanted.getAddress());
  }

  boolean isIpFrom(String address) {
    byte[] wanted = literal(address).getAddress();
    int at = type() == IPV4 ? ETHERNET + 12 : type() == IPV6 ? ETHERNET + 8 : -1;
    boolean neighbour = type() == IPV6 && protocol() == ICMPV6 && u8(ETHERNET + 40) >= 130;
    return at > 0
        && !neighbour // who claims an address is another question
        && (type() == IPV4) == (wanted.length == 4)
        && Arrays.equals(Arrays.copyOfRange(octets, at, at + wanted.length), wanted);
  }

  /** RFC 9568 section 5.1, field by field. */
  Advert advert() {
    boolean v6 = type() == IPV6;
    int size = v6 ? 16 : 4;
    int source = ETHERNET + (v6 ? 8 : 12);
    int at = ETHERNET + (v6 ? 40 : (u8(ETHERNET) & 0xf) * 4);
    int length = v6 ? u16(ETHERNET + 4) : u16(ETHERNET + 2) - (u8(ETHERNET) & 0xf) * 4;
    List<InetAddress> addresses = new ArrayList<>();
    for (int i = at + 8; i < at + length; i += size) {
      addresses.add(address(i, size));
    }
    return new Advert(
        timeNs,
        sourceMac(),
        mac(0),
        v6 ? (u16(ETHERNET) >> 4) & 0xff : u8(ETHERNET + 1),
        u8(ETHERNET + (v6 ? 7 : 8)),
        address(source, size),
        address(source + size, size),
        u8(at),
        u8(at + 1),
        u8(at + 2),
        u8(at + 3),
        u16(at + 4),
        sum(source, 2 * size, at, length) == 0xffff,
        addresses);
  }

  /** The sum over pseudo-header and message, which is all ones where the checksum is right. */
  private int sum(int addresses, int addressOctets, int message, int length) {
    long sum = length + VRRP;
    for (int i = 0; i < addressOctets; i += 2) {
      sum += u16(addresses + i);
    }
    for (int i = 0; i < length; i += 2) {
      sum += u16(message + i);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) sum;
  }

  private InetAddress address(int at, int size) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(octets, at, at + size));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static InetAddress literal(String address) {
    return InetAddress.ofLiteral(address);
  }
}
