package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlStruct;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills in a {@link NewSa}. What is not said: tunnel mode, no limits, any inner packet of both
 * families, reqid 0 and <b>no replay protection</b> (the kernel has none unless one of {@link
 * #esn}, {@link #window} and {@link #legacyReplay} is called).
 */
public final class SaBuilder {
  private final Spi spi;
  private final InetAddress source;
  private final InetAddress destination;
  private final List<XfrmAttribute> attributes = new ArrayList<>();
  private XfrmSelector sel = XfrmSelector.any(NlConst.AF_UNSPEC);
  private XfrmLifetimeCfg lft = XfrmLifetimeCfg.UNLIMITED;
  private Reqid reqid = Reqid.ZERO;
  private int proto = XfrmConst.IPPROTO_ESP;
  private int mode = XfrmConst.XFRM_MODE_TUNNEL;
  private int legacyWindow;
  private int flags = XfrmConst.XFRM_STATE_AF_UNSPEC;

  SaBuilder(Spi spi, InetAddress source, InetAddress destination) {
    if (XfrmAddress.family(source) != XfrmAddress.family(destination)) {
      throw new IllegalArgumentException("families differ: " + source + " and " + destination);
    }
    this.spi = spi;
    this.source = source;
    this.destination = destination;
  }

  /** Which templates it serves. */
  public SaBuilder reqid(Reqid value) {
    reqid = value;
    return this;
  }

  /** Transport mode; the kernel wants a selector of the SA's own family there. */
  public SaBuilder transport() {
    mode = XfrmConst.XFRM_MODE_TRANSPORT;
    flags &= ~XfrmConst.XFRM_STATE_AF_UNSPEC;
    if (sel.family() == NlConst.AF_UNSPEC) {
      sel = XfrmSelector.any(XfrmAddress.family(destination));
    }
    return this;
  }

  /** Only these inner packets. */
  public SaBuilder selector(XfrmSelector value) {
    sel = value;
    if (value.family() != NlConst.AF_UNSPEC) {
      flags &= ~XfrmConst.XFRM_STATE_AF_UNSPEC;
    }
    return this;
  }

  /** Another protocol than ESP. */
  public SaBuilder protocol(int value) {
    proto = value;
    return this;
  }

  /** Adds XFRM_STATE_NOPMTUDISC, XFRM_STATE_DECAP_DSCP and the like. */
  public SaBuilder addFlags(int more) {
    flags |= more;
    return this;
  }

  /** XFRM_SA_XFLAG_*. */
  public SaBuilder extraFlags(int value) {
    return u32(XfrmAttributeType.XFRMA_SA_EXTRA_FLAGS, value);
  }

  /** A combined cipher; the key ends in the salt. */
  public SaBuilder aead(XfrmAlgorithm algorithm, XfrmKey keyAndSalt) {
    require(algorithm, XfrmAlgorithm.Kind.AEAD);
    return struct(
        XfrmAttributeType.XFRMA_ALG_AEAD,
        new XfrmAlgoAead(algorithm.kernelName(), algorithm.icvBits(), keyAndSalt));
  }

  /** A cipher, to go with {@link #auth}. */
  public SaBuilder crypt(XfrmAlgorithm algorithm, XfrmKey key) {
    require(algorithm, XfrmAlgorithm.Kind.CRYPT);
    return struct(XfrmAttributeType.XFRMA_ALG_CRYPT, new XfrmAlgo(algorithm.kernelName(), key));
  }

  /** An authenticator with its ICV truncated as its RFC says. */
  public SaBuilder auth(XfrmAlgorithm algorithm, XfrmKey key) {
    require(algorithm, XfrmAlgorithm.Kind.AUTH);
    return struct(
        XfrmAttributeType.XFRMA_ALG_AUTH_TRUNC,
        new XfrmAlgoAuth(algorithm.kernelName(), algorithm.icvBits(), key));
  }

  /** Extended sequence numbers, from this state on. */
  public SaBuilder esn(XfrmReplayStateEsn state) {
    flags |= XfrmConst.XFRM_STATE_ESN;
    return struct(XfrmAttributeType.XFRMA_REPLAY_ESN_VAL, state);
  }

  /** 32-bit sequence numbers with a window of more than 32 packets, from this state on. */
  public SaBuilder window(XfrmReplayStateEsn state) {
    return struct(XfrmAttributeType.XFRMA_REPLAY_ESN_VAL, state);
  }

  /** 32-bit sequence numbers with a window of at most 32 packets (the kernel cuts it silently). */
  public SaBuilder legacyReplay(int window, XfrmReplayState state) {
    if (window < 0 || window > Integer.SIZE) {
      throw new IllegalArgumentException("legacy replay window of " + window + " packets");
    }
    legacyWindow = window;
    return struct(XfrmAttributeType.XFRMA_REPLAY_VAL, state);
  }

  /**
   * When the kernel reports counters: without this its defaults hold, which mean an event about
   * every second packet.
   *
   * @param packets between two events; 0 for none of this kind
   * @param jiffies between two events: their length depends on CONFIG_HZ, and GETAE reads them back
   *     in units of 100 ms; 0 for none of this kind
   */
  public SaBuilder thresholds(long packets, long jiffies) {
    u32(XfrmAttributeType.XFRMA_REPLAY_THRESH, packets);
    return u32(XfrmAttributeType.XFRMA_ETIMER_THRESH, jiffies);
  }

  /** UDP encapsulation. */
  public SaBuilder encap(XfrmEncapTmpl value) {
    return struct(XfrmAttributeType.XFRMA_ENCAP, value);
  }

  /** Limits. */
  public SaBuilder lifetime(XfrmLifetimeCfg value) {
    lft = value;
    return this;
  }

  /** What it has carried already, and since when: ages go on. */
  public SaBuilder carried(XfrmLifetimeCur value) {
    return struct(XfrmAttributeType.XFRMA_LTIME_VAL, value);
  }

  /** Part of the SA's name, and what an inbound packet's mark must match. */
  public SaBuilder mark(XfrmMark value) {
    return struct(XfrmAttributeType.XFRMA_MARK, value);
  }

  /** The XFRM interface that it belongs to. */
  public SaBuilder ifId(int value) {
    return u32(XfrmAttributeType.XFRMA_IF_ID, Integer.toUnsignedLong(value));
  }

  /** The mark that its packets get (outbound) or are given after decryption (inbound). */
  public SaBuilder setMark(XfrmMark value) {
    u32(XfrmAttributeType.XFRMA_SET_MARK, Integer.toUnsignedLong(value.v()));
    return u32(XfrmAttributeType.XFRMA_SET_MARK_MASK, Integer.toUnsignedLong(value.m()));
  }

  /** XFRM_SA_DIR_IN or XFRM_SA_DIR_OUT; only where a probe has shown that the kernel takes it. */
  public SaBuilder direction(int dir) {
    attributes.add(new XfrmAttribute.U8(XfrmAttributeType.XFRMA_SA_DIR, dir));
    return this;
  }

  /** Seconds between two MAPPING events, so that a peer behind a new NAT does not flood us. */
  public SaBuilder mappingThreshold(long seconds) {
    return u32(XfrmAttributeType.XFRMA_MTIMER_THRESH, seconds);
  }

  /** The device that does the work. */
  public SaBuilder offload(XfrmUserOffload value) {
    return struct(XfrmAttributeType.XFRMA_OFFLOAD_DEV, value);
  }

  /** Pads packets to this many octets (traffic flow confidentiality). */
  public SaBuilder tfcPad(long octets) {
    return u32(XfrmAttributeType.XFRMA_TFCPAD, octets);
  }

  /** Any further attribute. */
  public SaBuilder attribute(XfrmAttribute more) {
    attributes.add(more);
    return this;
  }

  /** The request to install it. */
  public NewSa build() {
    XfrmUsersaInfo info =
        new XfrmUsersaInfo(
            sel,
            new XfrmId(XfrmAddress.of(destination), spi, proto),
            XfrmAddress.of(source),
            lft,
            XfrmLifetimeCur.ZERO,
            XfrmStats.ZERO,
            0,
            reqid,
            XfrmAddress.family(destination),
            mode,
            legacyWindow,
            flags);
    return new NewSa(XfrmMsgType.XFRM_MSG_NEWSA, info, new XfrmAttributes(attributes));
  }

  private static void require(XfrmAlgorithm algorithm, XfrmAlgorithm.Kind kind) {
    if (algorithm.kind() != kind) {
      throw new IllegalArgumentException(algorithm + " is no " + kind);
    }
  }

  private SaBuilder struct(XfrmAttributeType type, NlStruct value) {
    attributes.add(new XfrmAttribute.Struct(type, value));
    return this;
  }

  private SaBuilder u32(XfrmAttributeType type, long value) {
    attributes.add(new XfrmAttribute.U32(type, value));
    return this;
  }
}
