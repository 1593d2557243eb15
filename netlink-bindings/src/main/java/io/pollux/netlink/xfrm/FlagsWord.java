package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** The 32 bits that stand for a struct in the info messages: the kernel gives all it has anyway. */
record FlagsWord(long flags) implements NlStruct {
  static final int SIZE = 4;
  static final FlagsWord ALL = new FlagsWord(0xffffffffL);
  static final FlagsWord NONE = new FlagsWord(0);

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at, flags);
  }
}
