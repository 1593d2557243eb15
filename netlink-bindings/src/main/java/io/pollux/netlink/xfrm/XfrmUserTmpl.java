package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_tmpl, linux/xfrm.h: which SA a packet of a policy must use. Algorithm masks of
 * all ones allow any.
 */
public record XfrmUserTmpl(
    XfrmId id,
    int family,
    XfrmAddress saddr,
    Reqid reqid,
    int mode,
    int share,
    boolean optional,
    int aalgos,
    int ealgos,
    int calgos)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 64;

  private static final int ID = 0;
  private static final int FAMILY = 24;
  private static final int SADDR = 28;
  private static final int REQID = 44;
  private static final int MODE = 48;
  private static final int SHARE = 49;
  private static final int OPTIONAL = 50;
  private static final int AALGOS = 52;
  private static final int EALGOS = 56;
  private static final int CALGOS = 60;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserTmpl read(ByteBuffer in, int at) {
    return new XfrmUserTmpl(
        XfrmId.read(in, at + ID),
        NlBytes.u16(in, at + FAMILY),
        XfrmAddress.read(in, at + SADDR),
        new Reqid(in.getInt(at + REQID)),
        NlBytes.u8(in, at + MODE),
        NlBytes.u8(in, at + SHARE),
        NlBytes.u8(in, at + OPTIONAL) != 0,
        in.getInt(at + AALGOS),
        in.getInt(at + EALGOS),
        in.getInt(at + CALGOS));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    id.write(out, at + ID);
    NlBytes.putU16(out, at + FAMILY, family);
    saddr.write(out, at + SADDR);
    out.putInt(at + REQID, reqid.value());
    NlBytes.putU8(out, at + MODE, mode);
    NlBytes.putU8(out, at + SHARE, share);
    NlBytes.putU8(out, at + OPTIONAL, optional ? 1 : 0);
    out.putInt(at + AALGOS, aalgos);
    out.putInt(at + EALGOS, ealgos);
    out.putInt(at + CALGOS, calgos);
  }

  /** A required ESP SA in tunnel mode between two addresses, of one reqid. */
  public static XfrmUserTmpl espTunnel(InetAddress source, InetAddress destination, Reqid reqid) {
    return esp(source, destination, reqid, XfrmConst.XFRM_MODE_TUNNEL);
  }

  /** A required ESP SA in transport mode between two addresses, of one reqid. */
  public static XfrmUserTmpl espTransport(
      InetAddress source, InetAddress destination, Reqid reqid) {
    return esp(source, destination, reqid, XfrmConst.XFRM_MODE_TRANSPORT);
  }

  private static XfrmUserTmpl esp(
      InetAddress source, InetAddress destination, Reqid reqid, int mode) {
    return new XfrmUserTmpl(
        new XfrmId(XfrmAddress.of(destination), Spi.ZERO, XfrmConst.IPPROTO_ESP),
        XfrmAddress.family(destination),
        XfrmAddress.of(source),
        reqid,
        mode,
        XfrmConst.XFRM_SHARE_ANY,
        false,
        -1,
        -1,
        -1);
  }
}
