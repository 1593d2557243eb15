package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_selector, linux/xfrm.h: which packets a policy or an SA is for. Ports and masks in
 * host order here; prefix lengths in bits.
 */
public record XfrmSelector(
    XfrmAddress daddr,
    XfrmAddress saddr,
    int dport,
    int dportMask,
    int sport,
    int sportMask,
    int family,
    int prefixlenD,
    int prefixlenS,
    int proto,
    int ifindex,
    int user)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 56;

  private static final int DADDR = 0;
  private static final int SADDR = 16;
  private static final int DPORT = 32;
  private static final int DPORT_MASK = 34;
  private static final int SPORT = 36;
  private static final int SPORT_MASK = 38;
  private static final int FAMILY = 40;
  private static final int PREFIXLEN_D = 42;
  private static final int PREFIXLEN_S = 43;
  private static final int PROTO = 44;
  private static final int IFINDEX = 48;
  private static final int USER = 52;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmSelector read(ByteBuffer in, int at) {
    return new XfrmSelector(
        XfrmAddress.read(in, at + DADDR),
        XfrmAddress.read(in, at + SADDR),
        NlBytes.be16(in, at + DPORT),
        NlBytes.be16(in, at + DPORT_MASK),
        NlBytes.be16(in, at + SPORT),
        NlBytes.be16(in, at + SPORT_MASK),
        NlBytes.u16(in, at + FAMILY),
        NlBytes.u8(in, at + PREFIXLEN_D),
        NlBytes.u8(in, at + PREFIXLEN_S),
        NlBytes.u8(in, at + PROTO),
        in.getInt(at + IFINDEX),
        in.getInt(at + USER));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    daddr.write(out, at + DADDR);
    saddr.write(out, at + SADDR);
    NlBytes.putBe16(out, at + DPORT, dport);
    NlBytes.putBe16(out, at + DPORT_MASK, dportMask);
    NlBytes.putBe16(out, at + SPORT, sport);
    NlBytes.putBe16(out, at + SPORT_MASK, sportMask);
    NlBytes.putU16(out, at + FAMILY, family);
    NlBytes.putU8(out, at + PREFIXLEN_D, prefixlenD);
    NlBytes.putU8(out, at + PREFIXLEN_S, prefixlenS);
    NlBytes.putU8(out, at + PROTO, proto);
    out.putInt(at + IFINDEX, ifindex);
    out.putInt(at + USER, user);
  }

  /** Matches every packet of a family. */
  public static XfrmSelector any(int family) {
    return new XfrmSelector(XfrmAddress.ANY, XfrmAddress.ANY, 0, 0, 0, 0, family, 0, 0, 0, 0, 0);
  }

  /** Matches every packet between two prefixes. */
  public static XfrmSelector between(XfrmPrefix source, XfrmPrefix destination) {
    if (source.family() != destination.family()) {
      throw new IllegalArgumentException("families differ: " + source + " and " + destination);
    }
    return new XfrmSelector(
        destination.address(),
        source.address(),
        0,
        0,
        0,
        0,
        source.family(),
        destination.length(),
        source.length(),
        0,
        0,
        0);
  }

  /** The same selector for one IP protocol (0 is any). */
  public XfrmSelector withProtocol(int protocol) {
    return new XfrmSelector(
        daddr,
        saddr,
        dport,
        dportMask,
        sport,
        sportMask,
        family,
        prefixlenD,
        prefixlenS,
        protocol,
        ifindex,
        user);
  }

  /**
   * The same selector for ports under masks (mask 0 is any port, 0xffff one port). For ICMP the
   * kernel looks for the type in the source port and for the code in the destination port.
   */
  public XfrmSelector withPorts(int source, int sourceMask, int destination, int destinationMask) {
    return new XfrmSelector(
        daddr,
        saddr,
        destination,
        destinationMask,
        source,
        sourceMask,
        family,
        prefixlenD,
        prefixlenS,
        proto,
        ifindex,
        user);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("src ").append(saddr.text(family)).append('/').append(prefixlenS);
    text.append(" dst ").append(daddr.text(family)).append('/').append(prefixlenD);
    if (proto != 0) {
      text.append(" proto ").append(proto);
    }
    if (sportMask != 0) {
      text.append(" sport ").append(sport).append('/').append(Integer.toHexString(sportMask));
    }
    if (dportMask != 0) {
      text.append(" dport ").append(dport).append('/').append(Integer.toHexString(dportMask));
    }
    return text.toString();
  }
}
