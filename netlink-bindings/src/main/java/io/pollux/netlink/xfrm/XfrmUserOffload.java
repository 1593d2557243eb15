package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_offload, linux/xfrm.h: the device that does the work of an SA; flags are
 * XFRM_OFFLOAD_*.
 */
public record XfrmUserOffload(int ifindex, int flags) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 8;

  private static final int IFINDEX = 0;
  private static final int FLAGS = 4;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserOffload read(ByteBuffer in, int at) {
    return new XfrmUserOffload(in.getInt(at + IFINDEX), NlBytes.u8(in, at + FLAGS));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    out.putInt(at + IFINDEX, ifindex);
    NlBytes.putU8(out, at + FLAGS, flags);
  }
}
