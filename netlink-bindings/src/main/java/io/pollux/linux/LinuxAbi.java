package io.pollux.linux;

/**
 * Numbers of sys/socket.h, netinet/in.h, linux/in.h, linux/in6.h, linux/falloc.h, poll.h,
 * sys/eventfd.h, sched.h and their kin, under the names they have there. A test holds each one
 * against the headers.
 */
final class LinuxAbi {
  static final int AF_UNIX = 1;
  static final int AF_UNSPEC = 0;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int AF_PACKET = 17;

  static final int SOCK_RAW = 3;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SOCK_NONBLOCK = 0x800;

  static final int SOL_SOCKET = 1;
  static final int SOL_NETLINK = 270;
  static final int SOL_IP = 0;
  static final int SOL_IPV6 = 41;
  static final int SOL_UDP = 17;
  static final int SOL_RAW = 255;

  static final int SO_RCVBUF = 8;
  static final int SO_RCVBUFFORCE = 33;
  static final int SO_SNDBUF = 7;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_BINDTODEVICE = 25;
  static final int SO_RCVTIMEO = 20;
  static final int SO_PRIORITY = 12;
  static final int SO_MARK = 36;
  static final int SO_REUSEADDR = 2;
  static final int SO_BROADCAST = 6;

  static final int NETLINK_ADD_MEMBERSHIP = 1;
  static final int NETLINK_DROP_MEMBERSHIP = 2;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;
  static final int NETLINK_GET_STRICT_CHK = 12;
  static final int NETLINK_NO_ENOBUFS = 5;

  static final int MSG_TRUNC = 32;
  static final int MSG_DONTWAIT = 64;
  static final int MSG_PEEK = 2;
  static final int MSG_WAITFORONE = 0x10000;
  static final int MSG_CTRUNC = 8;

  static final int POLLIN = 1;

  static final int POLLERR = 8;

  static final int POLLHUP = 16;

  static final int POLLNVAL = 32;

  static final int EFD_CLOEXEC = 0x80000;
  static final int EFD_NONBLOCK = 0x800;

  static final int IPPROTO_IP = 0;
  static final int IPPROTO_IPV6 = 41;
  static final int IPPROTO_UDP = 17;
  static final int IPPROTO_ESP = 50;
  static final int IPPROTO_AH = 51;
  static final int IPPROTO_COMP = 108;
  static final int IPPROTO_RAW = 255;
  static final int IPPROTO_ICMPV6 = 58;

  static final int UDP_ENCAP = 100;
  static final int UDP_ENCAP_ESPINUDP = 2;
  static final int UDP_GRO = 104;

  static final int IP_HDRINCL = 3;
  static final int IP_TTL = 2;
  static final int IP_TOS = 1;
  static final int IP_MULTICAST_IF = 32;
  static final int IP_MULTICAST_TTL = 33;
  static final int IP_MULTICAST_LOOP = 34;
  static final int IP_ADD_MEMBERSHIP = 35;
  static final int IP_DROP_MEMBERSHIP = 36;
  static final int IP_PKTINFO = 8;
  static final int IP_RECVTTL = 12;
  static final int IP_FREEBIND = 15;
  static final int IP_XFRM_POLICY = 17;
  static final int IP_MTU_DISCOVER = 10;
  static final int IP_PMTUDISC_DONT = 0;
  static final int IP_PMTUDISC_DO = 2;
  static final int IP_TRANSPARENT = 19;
  static final int IP_MULTICAST_ALL = 49;
  static final int IP_BIND_ADDRESS_NO_PORT = 24;

  static final int IPV6_UNICAST_HOPS = 16;
  static final int IPV6_MULTICAST_IF = 17;
  static final int IPV6_MULTICAST_HOPS = 18;
  static final int IPV6_MULTICAST_LOOP = 19;
  static final int IPV6_ADD_MEMBERSHIP = 20;
  static final int IPV6_DROP_MEMBERSHIP = 21;
  static final int IPV6_RECVPKTINFO = 49;
  static final int IPV6_PKTINFO = 50;
  static final int IPV6_RECVHOPLIMIT = 51;
  static final int IPV6_HOPLIMIT = 52;
  static final int IPV6_FREEBIND = 78;
  static final int IPV6_XFRM_POLICY = 35;
  static final int IPV6_V6ONLY = 26;
  static final int IPV6_CHECKSUM = 7;
  static final int IPV6_MULTICAST_ALL = 29;
  static final int IPV6_HDRINCL = 36;
  static final int IPV6_TRANSPARENT = 75;
  static final int IPV6_TCLASS = 67;
  static final int IPV6_MTU_DISCOVER = 23;

  static final int ETH_P_ALL = 3;
  static final int ETH_P_ARP = 2054;
  static final int ETH_P_IP = 0x800;
  static final int ETH_P_IPV6 = 34525;

  static final int ARPHRD_ETHER = 1;

  static final int PACKET_QDISC_BYPASS = 20;
  static final int PACKET_OUTGOING = 4;

  static final int MFD_CLOEXEC = 1;
  static final int MFD_ALLOW_SEALING = 2;

  static final int F_ADD_SEALS = 1033;
  static final int F_SEAL_SEAL = 1;
  static final int F_SEAL_SHRINK = 2;
  static final int F_SEAL_GROW = 4;

  static final int FALLOC_FL_KEEP_SIZE = 1;
  static final int FALLOC_FL_PUNCH_HOLE = 2;

  static final int CLONE_NEWNET = 0x40000000;

  static final int SCHED_OTHER = 0;
  static final int SCHED_FIFO = 1;
  static final int SCHED_RR = 2;
  static final int SCHED_RESET_ON_FORK = 0x40000000;

  static final int MCL_CURRENT = 1;
  static final int MCL_FUTURE = 2;
  static final int MCL_ONFAULT = 4;

  static final int PR_GET_DUMPABLE = 3;
  static final int PR_SET_DUMPABLE = 4;
  static final int PR_SET_NAME = 15;

  static final int O_RDONLY = 0;
  static final int O_CLOEXEC = 0x80000;

  private LinuxAbi() {}
}
