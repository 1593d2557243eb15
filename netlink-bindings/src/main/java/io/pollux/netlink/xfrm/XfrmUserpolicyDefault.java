package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_userpolicy_default, linux/xfrm.h: what happens to a packet that no policy matches:
 * XFRM_USERPOLICY_*.
 */
public record XfrmUserpolicyDefault(int in, int fwd, int out) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 3;

  private static final int IN = 0;
  private static final int FWD = 1;
  private static final int OUT = 2;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserpolicyDefault read(ByteBuffer in, int at) {
    return new XfrmUserpolicyDefault(
        NlBytes.u8(in, at + IN), NlBytes.u8(in, at + FWD), NlBytes.u8(in, at + OUT));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + IN, in);
    NlBytes.putU8(out, at + FWD, fwd);
    NlBytes.putU8(out, at + OUT, this.out);
  }
}
