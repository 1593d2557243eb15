package io.pollux.netlink.xfrm;

/**
 * Numbers of linux/xfrm.h that are not message or attribute types (those are {@link XfrmMsgType}
 * and {@link XfrmAttributeType}), under the names they have there. A test holds each one against
 * the header.
 */
public final class XfrmConst {
  public static final int XFRM_SC_DOI_RESERVED = 0;
  public static final int XFRM_SC_DOI_LSM = 1;
  public static final int XFRM_SC_ALG_RESERVED = 0;
  public static final int XFRM_SC_ALG_SELINUX = 1;

  public static final int XFRM_POLICY_TYPE_MAIN = 0;
  public static final int XFRM_POLICY_TYPE_SUB = 1;
  public static final int XFRM_POLICY_TYPE_ANY = 255;
  public static final int XFRM_POLICY_IN = 0;
  public static final int XFRM_POLICY_OUT = 1;
  public static final int XFRM_POLICY_FWD = 2;
  public static final int XFRM_POLICY_MASK = 3;

  public static final int XFRM_SA_DIR_IN = 1;
  public static final int XFRM_SA_DIR_OUT = 2;

  public static final int XFRM_SHARE_ANY = 0;
  public static final int XFRM_SHARE_SESSION = 1;
  public static final int XFRM_SHARE_USER = 2;
  public static final int XFRM_SHARE_UNIQUE = 3;

  public static final int XFRM_MODE_TRANSPORT = 0;
  public static final int XFRM_MODE_TUNNEL = 1;
  public static final int XFRM_MODE_ROUTEOPTIMIZATION = 2;
  public static final int XFRM_MODE_IN_TRIGGER = 3;
  public static final int XFRM_MODE_BEET = 4;

  public static final int XFRM_AE_RTHR = 1;
  public static final int XFRM_AE_RVAL = 2;
  public static final int XFRM_AE_LVAL = 4;
  public static final int XFRM_AE_ETHR = 8;
  public static final int XFRM_AE_CR = 16;
  public static final int XFRM_AE_CE = 32;
  public static final int XFRM_AE_CU = 64;

  public static final int XFRMA_SAD_UNSPEC = 0;
  public static final int XFRMA_SAD_CNT = 1;
  public static final int XFRMA_SAD_HINFO = 2;
  public static final int XFRMA_SPD_UNSPEC = 0;
  public static final int XFRMA_SPD_INFO = 1;
  public static final int XFRMA_SPD_HINFO = 2;
  public static final int XFRMA_SPD_IPV4_HTHRESH = 3;
  public static final int XFRMA_SPD_IPV6_HTHRESH = 4;

  public static final int XFRM_STATE_NOECN = 1;
  public static final int XFRM_STATE_DECAP_DSCP = 2;
  public static final int XFRM_STATE_NOPMTUDISC = 4;
  public static final int XFRM_STATE_WILDRECV = 8;
  public static final int XFRM_STATE_ICMP = 16;
  public static final int XFRM_STATE_AF_UNSPEC = 32;
  public static final int XFRM_STATE_ALIGN4 = 64;
  public static final int XFRM_STATE_ESN = 128;

  public static final int XFRM_SA_XFLAG_DONT_ENCAP_DSCP = 1;
  public static final int XFRM_SA_XFLAG_OSEQ_MAY_WRAP = 2;

  public static final int XFRM_POLICY_ALLOW = 0;
  public static final int XFRM_POLICY_BLOCK = 1;
  public static final int XFRM_POLICY_LOCALOK = 1;
  public static final int XFRM_POLICY_ICMP = 2;

  public static final int XFRM_OFFLOAD_IPV6 = 1;
  public static final int XFRM_OFFLOAD_INBOUND = 2;
  public static final int XFRM_OFFLOAD_PACKET = 4;

  public static final int XFRM_USERPOLICY_UNSPEC = 0;
  public static final int XFRM_USERPOLICY_BLOCK = 1;
  public static final int XFRM_USERPOLICY_ACCEPT = 2;

  public static final int XFRMNLGRP_NONE = 0;
  public static final int XFRMNLGRP_ACQUIRE = 1;
  public static final int XFRMNLGRP_EXPIRE = 2;
  public static final int XFRMNLGRP_SA = 3;
  public static final int XFRMNLGRP_POLICY = 4;
  public static final int XFRMNLGRP_AEVENTS = 5;
  public static final int XFRMNLGRP_REPORT = 6;
  public static final int XFRMNLGRP_MIGRATE = 7;
  public static final int XFRMNLGRP_MAPPING = 8;

  public static final int XFRMA_REPLAY_ESN_MAX = 0x1000;

  public static final int IPPROTO_ESP = 50;
  public static final int IPPROTO_AH = 51;
  public static final int IPPROTO_COMP = 108;

  public static final int UDP_ENCAP_ESPINUDP = 2;

  private XfrmConst() {}
}
