package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_id, linux/xfrm.h: destination, SPI and IP protocol: what names an SA in a template or
 * in an SA itself.
 */
public record XfrmId(XfrmAddress daddr, Spi spi, int proto) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 24;

  private static final int DADDR = 0;
  private static final int SPI = 16;
  private static final int PROTO = 20;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmId read(ByteBuffer in, int at) {
    return new XfrmId(
        XfrmAddress.read(in, at + DADDR), Spi.read(in, at + SPI), NlBytes.u8(in, at + PROTO));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    daddr.write(out, at + DADDR);
    spi.write(out, at + SPI);
    NlBytes.putU8(out, at + PROTO, proto);
  }
}
