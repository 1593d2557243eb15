package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct fib_rule_hdr, linux/fib_rules.h: the fixed part of rule messages. */
record FibRuleHdr(int family, int dstLen, int srcLen, int tos, int table, int action, int flags)
    implements NlStruct {
  static final int SIZE = 12;

  private static final int FAMILY = 0;
  private static final int DST_LEN = 1;
  private static final int SRC_LEN = 2;
  private static final int TOS = 3;
  private static final int TABLE = 4;
  private static final int ACTION = 7;
  private static final int FLAGS = 8;

  static FibRuleHdr read(ByteBuffer in, int at) {
    return new FibRuleHdr(
        NlBytes.u8(in, at + FAMILY),
        NlBytes.u8(in, at + DST_LEN),
        NlBytes.u8(in, at + SRC_LEN),
        NlBytes.u8(in, at + TOS),
        NlBytes.u8(in, at + TABLE),
        NlBytes.u8(in, at + ACTION),
        in.getInt(at + FLAGS));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + FAMILY, family);
    NlBytes.putU8(out, at + DST_LEN, dstLen);
    NlBytes.putU8(out, at + SRC_LEN, srcLen);
    NlBytes.putU8(out, at + TOS, tos);
    NlBytes.putU8(out, at + TABLE, table);
    NlBytes.putU8(out, at + ACTION, action);
    out.putInt(at + FLAGS, flags);
  }
}
