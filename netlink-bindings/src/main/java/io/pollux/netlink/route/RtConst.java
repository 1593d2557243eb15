package io.pollux.netlink.route;

/**
 * Numbers of linux/rtnetlink.h, if_link.h, if_addr.h, if_tunnel.h, fib_rules.h, neighbour.h and
 * veth.h, under the names they have there. A test holds each one against the headers.
 */
public final class RtConst {
  public static final int RTM_NEWLINK = 16;
  public static final int RTM_DELLINK = 17;
  public static final int RTM_GETLINK = 18;
  public static final int RTM_SETLINK = 19;
  public static final int RTM_NEWADDR = 20;
  public static final int RTM_DELADDR = 21;
  public static final int RTM_GETADDR = 22;
  public static final int RTM_NEWROUTE = 24;
  public static final int RTM_DELROUTE = 25;
  public static final int RTM_GETROUTE = 26;
  public static final int RTM_NEWNEIGH = 28;
  public static final int RTM_DELNEIGH = 29;
  public static final int RTM_GETNEIGH = 30;
  public static final int RTM_NEWRULE = 32;
  public static final int RTM_DELRULE = 33;
  public static final int RTM_GETRULE = 34;

  public static final int RTN_UNSPEC = 0;
  public static final int RTN_UNICAST = 1;
  public static final int RTN_LOCAL = 2;
  public static final int RTN_BROADCAST = 3;
  public static final int RTN_ANYCAST = 4;
  public static final int RTN_MULTICAST = 5;
  public static final int RTN_BLACKHOLE = 6;
  public static final int RTN_UNREACHABLE = 7;
  public static final int RTN_PROHIBIT = 8;
  public static final int RTN_THROW = 9;
  public static final int RTN_NAT = 10;

  public static final int RTPROT_UNSPEC = 0;
  public static final int RTPROT_KERNEL = 2;
  public static final int RTPROT_BOOT = 3;
  public static final int RTPROT_STATIC = 4;

  public static final int RT_SCOPE_UNIVERSE = 0;
  public static final int RT_SCOPE_SITE = 200;
  public static final int RT_SCOPE_LINK = 253;
  public static final int RT_SCOPE_HOST = 254;
  public static final int RT_SCOPE_NOWHERE = 255;
  public static final int RT_TABLE_UNSPEC = 0;
  public static final int RT_TABLE_COMPAT = 252;
  public static final int RT_TABLE_DEFAULT = 253;
  public static final int RT_TABLE_MAIN = 254;
  public static final int RT_TABLE_LOCAL = 255;

  public static final int RTM_F_CLONED = 0x200;
  public static final int RTM_F_LOOKUP_TABLE = 0x1000;
  public static final int RTM_F_FIB_MATCH = 0x2000;

  public static final int RTNH_F_ONLINK = 4;
  public static final int RTNH_F_DEAD = 1;
  public static final int RTNH_F_LINKDOWN = 16;

  public static final int RTA_DST = 1;
  public static final int RTA_SRC = 2;
  public static final int RTA_IIF = 3;
  public static final int RTA_OIF = 4;
  public static final int RTA_GATEWAY = 5;
  public static final int RTA_PRIORITY = 6;
  public static final int RTA_PREFSRC = 7;
  public static final int RTA_METRICS = 8;
  public static final int RTA_MULTIPATH = 9;
  public static final int RTA_CACHEINFO = 12;
  public static final int RTA_TABLE = 15;
  public static final int RTA_MARK = 16;
  public static final int RTA_VIA = 18;
  public static final int RTA_ENCAP_TYPE = 21;
  public static final int RTA_ENCAP = 22;
  public static final int RTA_PREF = 20;
  public static final int RTA_EXPIRES = 23;
  public static final int RTA_UID = 25;
  public static final int RTA_NH_ID = 30;

  public static final int RTAX_LOCK = 1;
  public static final int RTAX_MTU = 2;
  public static final int RTAX_ADVMSS = 8;
  public static final int RTAX_WINDOW = 3;
  public static final int RTAX_HOPLIMIT = 10;

  public static final int IFA_ADDRESS = 1;
  public static final int IFA_LOCAL = 2;
  public static final int IFA_LABEL = 3;
  public static final int IFA_BROADCAST = 4;
  public static final int IFA_CACHEINFO = 6;
  public static final int IFA_FLAGS = 8;
  public static final int IFA_RT_PRIORITY = 9;
  public static final int IFA_PROTO = 11;
  public static final int IFA_F_SECONDARY = 1;
  public static final int IFA_F_NODAD = 2;
  public static final int IFA_F_OPTIMISTIC = 4;
  public static final int IFA_F_DADFAILED = 8;
  public static final int IFA_F_DEPRECATED = 32;
  public static final int IFA_F_TENTATIVE = 64;
  public static final int IFA_F_PERMANENT = 128;
  public static final int IFA_F_NOPREFIXROUTE = 0x200;

  public static final int IFLA_ADDRESS = 1;
  public static final int IFLA_BROADCAST = 2;
  public static final int IFLA_IFNAME = 3;
  public static final int IFLA_MTU = 4;
  public static final int IFLA_LINK = 5;
  public static final int IFLA_MASTER = 10;
  public static final int IFLA_OPERSTATE = 16;
  public static final int IFLA_LINKMODE = 17;
  public static final int IFLA_LINKINFO = 18;
  public static final int IFLA_NET_NS_PID = 19;
  public static final int IFLA_NET_NS_FD = 28;
  public static final int IFLA_GROUP = 27;
  public static final int IFLA_CARRIER = 33;
  public static final int IFLA_EXT_MASK = 29;
  public static final int IFLA_STATS64 = 23;
  public static final int IFLA_TXQLEN = 13;
  public static final int IFLA_INFO_KIND = 1;
  public static final int IFLA_INFO_DATA = 2;
  public static final int IFLA_INFO_SLAVE_KIND = 4;
  public static final int IFLA_XFRM_LINK = 1;
  public static final int IFLA_XFRM_IF_ID = 2;
  public static final int IFLA_XFRM_COLLECT_METADATA = 3;
  public static final int IFLA_VTI_LINK = 1;
  public static final int IFLA_VTI_IKEY = 2;
  public static final int IFLA_VTI_OKEY = 3;
  public static final int IFLA_VTI_LOCAL = 4;
  public static final int IFLA_VTI_REMOTE = 5;
  public static final int IFLA_VTI_FWMARK = 6;
  public static final int IFLA_MACVLAN_MODE = 1;

  public static final int MACVLAN_MODE_BRIDGE = 4;
  public static final int MACVLAN_MODE_PRIVATE = 1;

  public static final int VETH_INFO_PEER = 1;

  public static final int RTEXT_FILTER_SKIP_STATS = 8;

  public static final int IFLA_ALT_IFNAME = 53;
  public static final int IFLA_VLAN_ID = 1;
  public static final int IFLA_VRF_TABLE = 1;
  public static final int IFLA_INET6_ADDR_GEN_MODE = 8;
  public static final int IFLA_AF_SPEC = 26;

  public static final int IN6_ADDR_GEN_MODE_NONE = 1;

  public static final int IFF_UP = 1;
  public static final int IFF_BROADCAST = 2;
  public static final int IFF_LOOPBACK = 8;
  public static final int IFF_POINTOPOINT = 16;
  public static final int IFF_RUNNING = 64;
  public static final int IFF_NOARP = 128;
  public static final int IFF_PROMISC = 0x100;
  public static final int IFF_ALLMULTI = 0x200;
  public static final int IFF_MULTICAST = 0x1000;
  public static final int IFF_LOWER_UP = 0x10000;
  public static final int IFF_DORMANT = 0x20000;

  public static final int IF_OPER_UNKNOWN = 0;
  public static final int IF_OPER_NOTPRESENT = 1;
  public static final int IF_OPER_DOWN = 2;
  public static final int IF_OPER_LOWERLAYERDOWN = 3;
  public static final int IF_OPER_TESTING = 4;
  public static final int IF_OPER_DORMANT = 5;
  public static final int IF_OPER_UP = 6;

  public static final int FRA_DST = 1;
  public static final int FRA_SRC = 2;
  public static final int FRA_IIFNAME = 3;
  public static final int FRA_GOTO = 4;
  public static final int FRA_PRIORITY = 6;
  public static final int FRA_FWMARK = 10;
  public static final int FRA_SUPPRESS_IFGROUP = 13;
  public static final int FRA_SUPPRESS_PREFIXLEN = 14;
  public static final int FRA_TABLE = 15;
  public static final int FRA_FWMASK = 16;
  public static final int FRA_OIFNAME = 17;
  public static final int FRA_L3MDEV = 19;
  public static final int FRA_UID_RANGE = 20;
  public static final int FRA_PROTOCOL = 21;
  public static final int FRA_IP_PROTO = 22;
  public static final int FRA_SPORT_RANGE = 23;
  public static final int FRA_DPORT_RANGE = 24;

  public static final int FR_ACT_UNSPEC = 0;
  public static final int FR_ACT_TO_TBL = 1;
  public static final int FR_ACT_GOTO = 2;
  public static final int FR_ACT_NOP = 3;
  public static final int FR_ACT_BLACKHOLE = 6;
  public static final int FR_ACT_UNREACHABLE = 7;
  public static final int FR_ACT_PROHIBIT = 8;

  public static final int FIB_RULE_PERMANENT = 1;
  public static final int FIB_RULE_INVERT = 2;

  public static final int NDA_DST = 1;
  public static final int NDA_LLADDR = 2;
  public static final int NDA_CACHEINFO = 3;

  public static final int NUD_NONE = 0;
  public static final int NUD_INCOMPLETE = 1;
  public static final int NUD_REACHABLE = 2;
  public static final int NUD_STALE = 4;
  public static final int NUD_DELAY = 8;
  public static final int NUD_PROBE = 16;
  public static final int NUD_FAILED = 32;
  public static final int NUD_NOARP = 64;
  public static final int NUD_PERMANENT = 128;

  public static final int NTF_SELF = 2;
  public static final int NTF_PROXY = 8;
  public static final int NTF_ROUTER = 128;
  public static final int NTF_USE = 1;

  public static final int LWTUNNEL_ENCAP_XFRM = 10;

  public static final int LWT_XFRM_IF_ID = 1;
  public static final int LWT_XFRM_LINK = 2;

  public static final int ARPHRD_ETHER = 1;
  public static final int ARPHRD_NONE = 65534;
  public static final int ARPHRD_LOOPBACK = 772;

  public static final int RTNLGRP_NONE = 0;
  public static final int RTNLGRP_LINK = 1;
  public static final int RTNLGRP_NEIGH = 3;
  public static final int RTNLGRP_IPV4_IFADDR = 5;
  public static final int RTNLGRP_IPV4_ROUTE = 7;
  public static final int RTNLGRP_IPV4_RULE = 8;
  public static final int RTNLGRP_IPV6_IFADDR = 9;
  public static final int RTNLGRP_IPV6_ROUTE = 11;
  public static final int RTNLGRP_IPV6_RULE = 19;

  private RtConst() {}
}
