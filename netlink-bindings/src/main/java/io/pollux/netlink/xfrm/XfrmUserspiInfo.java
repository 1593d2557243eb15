package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_userspi_info, linux/xfrm.h: the fixed part of ALLOCSPI. min and max, both included,
 * in host order.
 */
public record XfrmUserspiInfo(XfrmUsersaInfo info, long min, long max) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 232;

  private static final int INFO = 0;
  private static final int MIN = 224;
  private static final int MAX = 228;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserspiInfo read(ByteBuffer in, int at) {
    return new XfrmUserspiInfo(
        XfrmUsersaInfo.read(in, at + INFO), NlBytes.u32(in, at + MIN), NlBytes.u32(in, at + MAX));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    info.write(out, at + INFO);
    NlBytes.putU32(out, at + MIN, min);
    NlBytes.putU32(out, at + MAX, max);
  }
}
