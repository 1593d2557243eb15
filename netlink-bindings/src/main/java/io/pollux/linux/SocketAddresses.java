package io.pollux.linux;

import io.pollux.linux.LinuxLayout.SockaddrIn;
import io.pollux.linux.LinuxLayout.SockaddrIn6;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Addresses as the kernel writes them: struct sockaddr_in and sockaddr_in6, without a port. */
final class SocketAddresses {
  private SocketAddresses() {}

  static int family(InetAddress address) {
    return address instanceof Inet4Address ? LinuxAbi.AF_INET : LinuxAbi.AF_INET6;
  }

  /** Writes an address to the start of a buffer and sets the limit behind it. */
  static ByteBuffer put(ByteBuffer out, InetAddress address, int ifindex) {
    out.clear();
    for (int i = 0; i < SockaddrIn6.SIZE; i++) {
      out.put(i, (byte) 0);
    }
    out.putShort(SockaddrIn.SIN_FAMILY, (short) family(address));
    if (address instanceof Inet6Address) {
      out.put(SockaddrIn6.SIN6_ADDR, address.getAddress());
      boolean scoped = address.isLinkLocalAddress() || address.isMulticastAddress();
      out.putInt(SockaddrIn6.SIN6_SCOPE_ID, scoped ? ifindex : 0);
      return out.limit(SockaddrIn6.SIZE);
    }
    out.put(SockaddrIn.SIN_ADDR, address.getAddress());
    return out.limit(SockaddrIn.SIZE);
  }

  /** Reads four or sixteen octets. */
  static InetAddress read(ByteBuffer in, int at, int octets) {
    byte[] address = new byte[octets];
    in.get(at, address);
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // only thrown for other lengths
    }
  }

  static ByteBuffer direct(int octets) {
    return ByteBuffer.allocateDirect(octets).order(ByteOrder.nativeOrder());
  }
}
