package io.pollux.agent.guard;

import java.util.Arrays;
import java.util.Objects;

/**
 * One message that the guard sends when it fences this node; {@code struct page_message} of {@code
 * native/guard/page.h}.
 *
 * @param kind how it is sent
 * @param ifindex interface that a packet leaves by; 0 for netlink
 * @param octets a netlink datagram or a whole IP packet, in wire order; copied
 */
public record FenceMessage(Kind kind, int ifindex, byte[] octets) {

  /**
   * How a message is sent. Netlink messages always go first: the gate is closed before the goodbye.
   */
  public enum Kind {
    /**
     * A NETLINK_ROUTE datagram of one or more messages, each with NLM_F_REQUEST and NLM_F_ACK, each
     * one idempotent: EEXIST, ENOENT, ESRCH, ENODEV and EADDRNOTAVAIL count as done.
     */
    NETLINK_ROUTE(1),
    /**
     * A whole IPv4 packet with its header (VRRP with priority 0, RFC 9568 section 6.4.3), multicast
     * or unicast.
     */
    IPV4(2),
    /** A whole IPv6 packet with its header. */
    IPV6(3);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    /** The number in the page. */
    public int number() {
      return number;
    }
  }

  public FenceMessage {
    Objects.requireNonNull(kind);
    octets = octets.clone();
    if (octets.length == 0) {
      throw new IllegalArgumentException("a fence message without octets");
    }
    if ((kind == Kind.NETLINK_ROUTE) != (ifindex == 0)) {
      throw new IllegalArgumentException(kind + " with ifindex " + ifindex);
    }
  }

  /** A datagram for NETLINK_ROUTE. */
  public static FenceMessage netlink(byte[] octets) {
    return new FenceMessage(Kind.NETLINK_ROUTE, 0, octets);
  }

  /** An IPv4 packet that leaves by this interface. */
  public static FenceMessage ipv4(int ifindex, byte[] octets) {
    return new FenceMessage(Kind.IPV4, ifindex, octets);
  }

  /** An IPv6 packet that leaves by this interface. */
  public static FenceMessage ipv6(int ifindex, byte[] octets) {
    return new FenceMessage(Kind.IPV6, ifindex, octets);
  }

  @Override
  public byte[] octets() {
    return octets.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FenceMessage m
        && kind == m.kind
        && ifindex == m.ifindex
        && Arrays.equals(octets, m.octets);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, ifindex, Arrays.hashCode(octets));
  }

  @Override
  public String toString() {
    return "FenceMessage[" + kind + ", ifindex " + ifindex + ", " + octets.length + " octets]";
  }
}
