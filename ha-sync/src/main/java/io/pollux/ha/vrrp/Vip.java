package io.pollux.ha.vrrp;

import java.net.InetAddress;

/**
 * A virtual address and where it goes. The prefix is normally /32 or /128, IPv6 is added with NODAD
 * (IFA_F_NODAD, linux/if_addr.h).
 */
public record Vip(String interfaceName, InetAddress address, int prefixLength) {
  public Vip {
    if (prefixLength < 0 || prefixLength > address.getAddress().length * 8) {
      throw new IllegalArgumentException("prefix length " + prefixLength);
    }
  }

  /** The address alone: /32 or /128. */
  public static Vip host(String interfaceName, InetAddress address) {
    return new Vip(interfaceName, address, address.getAddress().length * 8);
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefixLength + " dev " + interfaceName;
  }
}
