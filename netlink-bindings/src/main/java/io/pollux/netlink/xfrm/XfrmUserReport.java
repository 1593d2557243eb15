package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct xfrm_user_report, linux/xfrm.h: a packet was refused by the rules of Mobile IPv6. */
public record XfrmUserReport(int proto, XfrmSelector sel) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 60;

  private static final int PROTO = 0;
  private static final int SEL = 4;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserReport read(ByteBuffer in, int at) {
    return new XfrmUserReport(NlBytes.u8(in, at + PROTO), XfrmSelector.read(in, at + SEL));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + PROTO, proto);
    sel.write(out, at + SEL);
  }
}
