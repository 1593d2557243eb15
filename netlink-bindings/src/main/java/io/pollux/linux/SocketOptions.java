package io.pollux.linux;

/**
 * Levels, names and values of the socket options that IKE's UDP sockets need and that no Java
 * library names. The body of IP_XFRM_POLICY is {@code io.pollux.netlink.xfrm.SocketPolicy}'s.
 *
 * <pre>{@code
 * new IntegerUnixChannelOption("UDP_ENCAP", SocketOptions.SOL_UDP, SocketOptions.UDP_ENCAP)
 *     // value SocketOptions.UDP_ENCAP_ESPINUDP, once bound
 * new IntegerUnixChannelOption("IP_FREEBIND", SocketOptions.SOL_IP, SocketOptions.IP_FREEBIND)
 * new RawUnixChannelOption("IP_XFRM_POLICY", SocketOptions.SOL_IP, SocketOptions.IP_XFRM_POLICY,
 *     SocketPolicy.SIZE) // value SocketPolicy.bypassIpv4(dir), once for each direction
 * }</pre>
 */
public final class SocketOptions {
  /** Levels. */
  public static final int SOL_IP = LinuxAbi.SOL_IP;

  public static final int SOL_IPV6 = LinuxAbi.SOL_IPV6;
  public static final int SOL_UDP = LinuxAbi.SOL_UDP;

  /** linux/udp.h: a datagram that is not IKE's goes to ESP (RFC 3948). */
  public static final int UDP_ENCAP = LinuxAbi.UDP_ENCAP;

  /** Value of {@link #UDP_ENCAP}. */
  public static final int UDP_ENCAP_ESPINUDP = LinuxAbi.UDP_ENCAP_ESPINUDP;

  /** linux/in.h: the socket's own policy, of 168 octets. */
  public static final int IP_XFRM_POLICY = LinuxAbi.IP_XFRM_POLICY;

  /** linux/in6.h: the same for IPv6. */
  public static final int IPV6_XFRM_POLICY = LinuxAbi.IPV6_XFRM_POLICY;

  /** linux/in.h: may be bound to an address that this machine does not have (yet). */
  public static final int IP_FREEBIND = LinuxAbi.IP_FREEBIND;

  /** linux/in6.h: the same for IPv6. */
  public static final int IPV6_FREEBIND = LinuxAbi.IPV6_FREEBIND;

  /** linux/in.h: whether packets may be fragmented. */
  public static final int IP_MTU_DISCOVER = LinuxAbi.IP_MTU_DISCOVER;

  /** Value of {@link #IP_MTU_DISCOVER}: they may. */
  public static final int IP_PMTUDISC_DONT = LinuxAbi.IP_PMTUDISC_DONT;

  /** linux/in6.h: IPv6 only, so that IPv4 can have a socket on the same port. */
  public static final int IPV6_V6ONLY = LinuxAbi.IPV6_V6ONLY;

  private SocketOptions() {}
}
