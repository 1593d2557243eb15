package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct rtmsg, linux/rtnetlink.h: the fixed part of route messages. */
record Rtmsg(
    int rtmFamily,
    int rtmDstLen,
    int rtmSrcLen,
    int rtmTos,
    int rtmTable,
    int rtmProtocol,
    int rtmScope,
    int rtmType,
    int rtmFlags)
    implements NlStruct {
  static final int SIZE = 12;

  private static final int RTM_FAMILY = 0;
  private static final int RTM_DST_LEN = 1;
  private static final int RTM_SRC_LEN = 2;
  private static final int RTM_TOS = 3;
  private static final int RTM_TABLE = 4;
  private static final int RTM_PROTOCOL = 5;
  private static final int RTM_SCOPE = 6;
  private static final int RTM_TYPE = 7;
  private static final int RTM_FLAGS = 8;

  static Rtmsg read(ByteBuffer in, int at) {
    return new Rtmsg(
        NlBytes.u8(in, at + RTM_FAMILY),
        NlBytes.u8(in, at + RTM_DST_LEN),
        NlBytes.u8(in, at + RTM_SRC_LEN),
        NlBytes.u8(in, at + RTM_TOS),
        NlBytes.u8(in, at + RTM_TABLE),
        NlBytes.u8(in, at + RTM_PROTOCOL),
        NlBytes.u8(in, at + RTM_SCOPE),
        NlBytes.u8(in, at + RTM_TYPE),
        in.getInt(at + RTM_FLAGS));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + RTM_FAMILY, rtmFamily);
    NlBytes.putU8(out, at + RTM_DST_LEN, rtmDstLen);
    NlBytes.putU8(out, at + RTM_SRC_LEN, rtmSrcLen);
    NlBytes.putU8(out, at + RTM_TOS, rtmTos);
    NlBytes.putU8(out, at + RTM_TABLE, rtmTable);
    NlBytes.putU8(out, at + RTM_PROTOCOL, rtmProtocol);
    NlBytes.putU8(out, at + RTM_SCOPE, rtmScope);
    NlBytes.putU8(out, at + RTM_TYPE, rtmType);
    out.putInt(at + RTM_FLAGS, rtmFlags);
  }
}
