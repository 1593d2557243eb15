package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_encap_tmpl, linux/xfrm.h: UDP encapsulation of ESP (RFC 3948); ports in host order
 * here, encap_oa the original address.
 */
public record XfrmEncapTmpl(int encapType, int encapSport, int encapDport, XfrmAddress encapOa)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 24;

  private static final int ENCAP_TYPE = 0;
  private static final int ENCAP_SPORT = 2;
  private static final int ENCAP_DPORT = 4;
  private static final int ENCAP_OA = 8;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmEncapTmpl read(ByteBuffer in, int at) {
    return new XfrmEncapTmpl(
        NlBytes.u16(in, at + ENCAP_TYPE),
        NlBytes.be16(in, at + ENCAP_SPORT),
        NlBytes.be16(in, at + ENCAP_DPORT),
        XfrmAddress.read(in, at + ENCAP_OA));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU16(out, at + ENCAP_TYPE, encapType);
    NlBytes.putBe16(out, at + ENCAP_SPORT, encapSport);
    NlBytes.putBe16(out, at + ENCAP_DPORT, encapDport);
    encapOa.write(out, at + ENCAP_OA);
  }

  /** ESP in UDP between two ports (RFC 3948); the original address is not kept. */
  public static XfrmEncapTmpl espInUdp(int sourcePort, int destinationPort) {
    return new XfrmEncapTmpl(
        XfrmConst.UDP_ENCAP_ESPINUDP, sourcePort, destinationPort, XfrmAddress.ANY);
  }
}
