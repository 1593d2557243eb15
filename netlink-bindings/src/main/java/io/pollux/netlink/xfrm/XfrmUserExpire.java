package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_expire, linux/xfrm.h: an SA has reached its soft limit, or its hard one and is
 * gone.
 */
public record XfrmUserExpire(XfrmUsersaInfo state, boolean hard) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 232;

  private static final int STATE = 0;
  private static final int HARD = 224;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserExpire read(ByteBuffer in, int at) {
    return new XfrmUserExpire(XfrmUsersaInfo.read(in, at + STATE), NlBytes.u8(in, at + HARD) != 0);
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    state.write(out, at + STATE);
    NlBytes.putU8(out, at + HARD, hard ? 1 : 0);
  }
}
