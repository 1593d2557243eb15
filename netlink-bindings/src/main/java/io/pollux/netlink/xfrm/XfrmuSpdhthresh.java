package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrmu_spdhthresh, linux/xfrm.h: from which prefix lengths on (local and remote, in bits)
 * policies are hashed instead of listed.
 */
public record XfrmuSpdhthresh(int lbits, int rbits) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 2;

  private static final int LBITS = 0;
  private static final int RBITS = 1;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmuSpdhthresh read(ByteBuffer in, int at) {
    return new XfrmuSpdhthresh(NlBytes.u8(in, at + LBITS), NlBytes.u8(in, at + RBITS));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + LBITS, lbits);
    NlBytes.putU8(out, at + RBITS, rbits);
  }
}
