package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct ndmsg, linux/neighbour.h: the fixed part of neighbour messages. */
record Ndmsg(int ndmFamily, int ndmIfindex, int ndmState, int ndmFlags, int ndmType)
    implements NlStruct {
  static final int SIZE = 12;

  private static final int NDM_FAMILY = 0;
  private static final int NDM_IFINDEX = 4;
  private static final int NDM_STATE = 8;
  private static final int NDM_FLAGS = 10;
  private static final int NDM_TYPE = 11;

  static Ndmsg read(ByteBuffer in, int at) {
    return new Ndmsg(
        NlBytes.u8(in, at + NDM_FAMILY),
        in.getInt(at + NDM_IFINDEX),
        NlBytes.u16(in, at + NDM_STATE),
        NlBytes.u8(in, at + NDM_FLAGS),
        NlBytes.u8(in, at + NDM_TYPE));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + NDM_FAMILY, ndmFamily);
    out.putInt(at + NDM_IFINDEX, ndmIfindex);
    NlBytes.putU16(out, at + NDM_STATE, ndmState);
    NlBytes.putU8(out, at + NDM_FLAGS, ndmFlags);
    NlBytes.putU8(out, at + NDM_TYPE, ndmType);
  }
}
