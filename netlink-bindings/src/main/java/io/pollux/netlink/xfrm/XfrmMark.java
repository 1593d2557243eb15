package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct xfrm_mark, linux/xfrm.h: firewall mark: a packet matches when (mark & m) == v. */
public record XfrmMark(int v, int m) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 8;

  private static final int V = 0;
  private static final int M = 4;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmMark read(ByteBuffer in, int at) {
    return new XfrmMark(in.getInt(at + V), in.getInt(at + M));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    out.putInt(at + V, v);
    out.putInt(at + M, m);
  }

  /** A mark of which each bit takes part in the comparison. */
  public static XfrmMark exact(int value) {
    return new XfrmMark(value, -1);
  }
}
