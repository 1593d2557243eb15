package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_userpolicy_id, linux/xfrm.h: what names a policy: its index, or its selector and
 * direction when index is 0.
 */
public record XfrmUserpolicyId(XfrmSelector sel, int index, int dir) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 64;

  private static final int SEL = 0;
  private static final int INDEX = 56;
  private static final int DIR = 60;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserpolicyId read(ByteBuffer in, int at) {
    return new XfrmUserpolicyId(
        XfrmSelector.read(in, at + SEL), in.getInt(at + INDEX), NlBytes.u8(in, at + DIR));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    sel.write(out, at + SEL);
    out.putInt(at + INDEX, index);
    NlBytes.putU8(out, at + DIR, dir);
  }
}
