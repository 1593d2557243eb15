package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_polexpire, linux/xfrm.h: a policy has reached its soft limit, or its hard one
 * and is gone.
 */
public record XfrmUserPolexpire(XfrmUserpolicyInfo pol, boolean hard) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 176;

  private static final int POL = 0;
  private static final int HARD = 168;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserPolexpire read(ByteBuffer in, int at) {
    return new XfrmUserPolexpire(
        XfrmUserpolicyInfo.read(in, at + POL), NlBytes.u8(in, at + HARD) != 0);
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    pol.write(out, at + POL);
    NlBytes.putU8(out, at + HARD, hard ? 1 : 0);
  }
}
