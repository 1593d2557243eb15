package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_kmaddress, linux/xfrm.h: the addresses that IKE itself should use after a
 * MIGRATE.
 */
public record XfrmUserKmaddress(XfrmAddress local, XfrmAddress remote, int family)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 40;

  private static final int LOCAL = 0;
  private static final int REMOTE = 16;
  private static final int FAMILY = 36;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserKmaddress read(ByteBuffer in, int at) {
    return new XfrmUserKmaddress(
        XfrmAddress.read(in, at + LOCAL),
        XfrmAddress.read(in, at + REMOTE),
        NlBytes.u16(in, at + FAMILY));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    local.write(out, at + LOCAL);
    remote.write(out, at + REMOTE);
    NlBytes.putU16(out, at + FAMILY, family);
  }
}
