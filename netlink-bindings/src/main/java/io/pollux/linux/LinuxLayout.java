package io.pollux.linux;

/**
 * Sizes and offsets of the C library's structs, under their own names. Those of 64-bit Linux: glibc
 * and musl lay them out alike on x86-64 and aarch64. A test holds each one against the headers.
 */
final class LinuxLayout {
  private LinuxLayout() {}

  /** struct sockaddr_nl. */
  static final class SockaddrNl {
    static final int SIZE = 12;
    static final int NL_FAMILY = 0;
    static final int NL_PAD = 2;
    static final int NL_PID = 4;
    static final int NL_GROUPS = 8;

    private SockaddrNl() {}
  }

  /** struct sockaddr_ll. */
  static final class SockaddrLl {
    static final int SIZE = 20;
    static final int SLL_FAMILY = 0;
    static final int SLL_PROTOCOL = 2;
    static final int SLL_IFINDEX = 4;
    static final int SLL_HATYPE = 8;
    static final int SLL_PKTTYPE = 10;
    static final int SLL_HALEN = 11;
    static final int SLL_ADDR = 12;

    private SockaddrLl() {}
  }

  /** struct sockaddr_in. */
  static final class SockaddrIn {
    static final int SIZE = 16;
    static final int SIN_FAMILY = 0;
    static final int SIN_PORT = 2;
    static final int SIN_ADDR = 4;

    private SockaddrIn() {}
  }

  /** struct sockaddr_in6. */
  static final class SockaddrIn6 {
    static final int SIZE = 28;
    static final int SIN6_FAMILY = 0;
    static final int SIN6_PORT = 2;
    static final int SIN6_FLOWINFO = 4;
    static final int SIN6_ADDR = 8;
    static final int SIN6_SCOPE_ID = 24;

    private SockaddrIn6() {}
  }

  /** struct msghdr. */
  static final class Msghdr {
    static final int SIZE = 56;
    static final int MSG_NAME = 0;
    static final int MSG_NAMELEN = 8;
    static final int MSG_IOV = 16;
    static final int MSG_IOVLEN = 24;
    static final int MSG_CONTROL = 32;
    static final int MSG_CONTROLLEN = 40;
    static final int MSG_FLAGS = 48;

    private Msghdr() {}
  }

  /** struct mmsghdr. */
  static final class Mmsghdr {
    static final int SIZE = 64;
    static final int MSG_HDR = 0;
    static final int MSG_LEN = 56;

    private Mmsghdr() {}
  }

  /** struct iovec. */
  static final class Iovec {
    static final int SIZE = 16;
    static final int IOV_BASE = 0;
    static final int IOV_LEN = 8;

    private Iovec() {}
  }

  /** struct cmsghdr. */
  static final class Cmsghdr {
    static final int SIZE = 16;
    static final int CMSG_LEN = 0;
    static final int CMSG_LEVEL = 8;
    static final int CMSG_TYPE = 12;

    private Cmsghdr() {}
  }

  /** struct ip_mreqn. */
  static final class IpMreqn {
    static final int SIZE = 12;
    static final int IMR_MULTIADDR = 0;
    static final int IMR_ADDRESS = 4;
    static final int IMR_IFINDEX = 8;

    private IpMreqn() {}
  }

  /** struct ipv6_mreq. */
  static final class Ipv6Mreq {
    static final int SIZE = 20;
    static final int IPV6MR_MULTIADDR = 0;
    static final int IPV6MR_INTERFACE = 16;

    private Ipv6Mreq() {}
  }

  /** struct in_pktinfo. */
  static final class InPktinfo {
    static final int SIZE = 12;
    static final int IPI_IFINDEX = 0;
    static final int IPI_SPEC_DST = 4;
    static final int IPI_ADDR = 8;

    private InPktinfo() {}
  }

  /** struct in6_pktinfo. */
  static final class In6Pktinfo {
    static final int SIZE = 20;
    static final int IPI6_ADDR = 0;
    static final int IPI6_IFINDEX = 16;

    private In6Pktinfo() {}
  }

  /** struct pollfd. */
  static final class Pollfd {
    static final int SIZE = 8;
    static final int FD = 0;
    static final int EVENTS = 4;
    static final int REVENTS = 6;

    private Pollfd() {}
  }

  /** struct sched_param. */
  static final class SchedParam {
    static final int SIZE = 4;
    static final int SCHED_PRIORITY = 0;

    private SchedParam() {}
  }
}
