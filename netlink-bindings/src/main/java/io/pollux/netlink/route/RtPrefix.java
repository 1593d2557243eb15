package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlConst;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * An address prefix.
 *
 * @param length bits, 0 to 32 or 128
 */
public record RtPrefix(InetAddress address, int length) {
  /** 0.0.0.0/0. */
  public static final RtPrefix DEFAULT_IPV4 = of("0.0.0.0/0");

  /** ::/0. */
  public static final RtPrefix DEFAULT_IPV6 = of("::/0");

  public RtPrefix {
    if (length < 0 || length > address.getAddress().length * Byte.SIZE) {
      throw new IllegalArgumentException("prefix length " + length);
    }
  }

  /** An address alone: /32 or /128. */
  public static RtPrefix host(InetAddress address) {
    return new RtPrefix(address, address.getAddress().length * Byte.SIZE);
  }

  /** Reads "192.0.2.0/24"; the address must be a literal. */
  public static RtPrefix of(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return host(InetAddress.ofLiteral(text));
    }
    InetAddress address = InetAddress.ofLiteral(text.substring(0, slash));
    return new RtPrefix(address, Integer.parseInt(text.substring(slash + 1)));
  }

  /** AF_INET or AF_INET6. */
  public int family() {
    return family(address);
  }

  /** AF_INET or AF_INET6. */
  public static int family(InetAddress address) {
    return address instanceof Inet4Address ? NlConst.AF_INET : NlConst.AF_INET6;
  }

  static RtPrefix any(int family) {
    return family == NlConst.AF_INET6 ? DEFAULT_IPV6 : DEFAULT_IPV4;
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + length;
  }
}
