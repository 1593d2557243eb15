package io.pollux.netlink.wire;

import java.nio.ByteBuffer;

/**
 * struct nlmsghdr, linux/netlink.h. len counts the header; seq and pid are unsigned 32-bit numbers
 * held as they are.
 */
public record NlMsgHdr(long nlmsgLen, int nlmsgType, int nlmsgFlags, int nlmsgSeq, int nlmsgPid)
    implements NlStruct {
  public static final int SIZE = 16;

  static final int NLMSG_LEN = 0;
  static final int NLMSG_TYPE = 4;
  static final int NLMSG_FLAGS = 6;
  static final int NLMSG_SEQ = 8;
  static final int NLMSG_PID = 12;

  public static NlMsgHdr read(ByteBuffer in, int at) {
    return new NlMsgHdr(
        NlBytes.u32(in, at + NLMSG_LEN),
        NlBytes.u16(in, at + NLMSG_TYPE),
        NlBytes.u16(in, at + NLMSG_FLAGS),
        in.getInt(at + NLMSG_SEQ),
        in.getInt(at + NLMSG_PID));
  }

  /** NLMSG_ALIGN: the next multiple of four. */
  public static int align(int length) {
    return (length + NlConst.NLMSG_ALIGNTO - 1) & -NlConst.NLMSG_ALIGNTO;
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at + NLMSG_LEN, nlmsgLen);
    NlBytes.putU16(out, at + NLMSG_TYPE, nlmsgType);
    NlBytes.putU16(out, at + NLMSG_FLAGS, nlmsgFlags);
    out.putInt(at + NLMSG_SEQ, nlmsgSeq);
    out.putInt(at + NLMSG_PID, nlmsgPid);
  }
}
