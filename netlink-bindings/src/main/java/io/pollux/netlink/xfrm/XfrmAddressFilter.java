package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_address_filter, linux/xfrm.h: limits a dump of SAs to those of a source and a
 * destination prefix (lengths in bits).
 */
public record XfrmAddressFilter(
    XfrmAddress saddr, XfrmAddress daddr, int family, int splen, int dplen) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 36;

  private static final int SADDR = 0;
  private static final int DADDR = 16;
  private static final int FAMILY = 32;
  private static final int SPLEN = 34;
  private static final int DPLEN = 35;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmAddressFilter read(ByteBuffer in, int at) {
    return new XfrmAddressFilter(
        XfrmAddress.read(in, at + SADDR),
        XfrmAddress.read(in, at + DADDR),
        NlBytes.u16(in, at + FAMILY),
        NlBytes.u8(in, at + SPLEN),
        NlBytes.u8(in, at + DPLEN));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    saddr.write(out, at + SADDR);
    daddr.write(out, at + DADDR);
    NlBytes.putU16(out, at + FAMILY, family);
    NlBytes.putU8(out, at + SPLEN, splen);
    NlBytes.putU8(out, at + DPLEN, dplen);
  }
}
