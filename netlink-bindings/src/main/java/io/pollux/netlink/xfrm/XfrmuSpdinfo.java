package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct xfrmu_spdinfo, linux/xfrm.h: policies by direction; those with an s belong to sockets. */
public record XfrmuSpdinfo(
    long incnt, long outcnt, long fwdcnt, long inscnt, long outscnt, long fwdscnt)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 24;

  private static final int INCNT = 0;
  private static final int OUTCNT = 4;
  private static final int FWDCNT = 8;
  private static final int INSCNT = 12;
  private static final int OUTSCNT = 16;
  private static final int FWDSCNT = 20;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmuSpdinfo read(ByteBuffer in, int at) {
    return new XfrmuSpdinfo(
        NlBytes.u32(in, at + INCNT),
        NlBytes.u32(in, at + OUTCNT),
        NlBytes.u32(in, at + FWDCNT),
        NlBytes.u32(in, at + INSCNT),
        NlBytes.u32(in, at + OUTSCNT),
        NlBytes.u32(in, at + FWDSCNT));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at + INCNT, incnt);
    NlBytes.putU32(out, at + OUTCNT, outcnt);
    NlBytes.putU32(out, at + FWDCNT, fwdcnt);
    NlBytes.putU32(out, at + INSCNT, inscnt);
    NlBytes.putU32(out, at + OUTSCNT, outscnt);
    NlBytes.putU32(out, at + FWDSCNT, fwdscnt);
  }
}
