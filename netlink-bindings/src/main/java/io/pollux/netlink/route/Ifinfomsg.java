package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct ifinfomsg, linux/rtnetlink.h: the fixed part of link messages; ifi_flags are IFF_*,
 * ifi_change says which of them are meant.
 */
record Ifinfomsg(int ifiFamily, int ifiType, int ifiIndex, int ifiFlags, int ifiChange)
    implements NlStruct {
  static final int SIZE = 16;

  private static final int IFI_FAMILY = 0;
  private static final int IFI_TYPE = 2;
  private static final int IFI_INDEX = 4;
  private static final int IFI_FLAGS = 8;
  private static final int IFI_CHANGE = 12;

  static Ifinfomsg read(ByteBuffer in, int at) {
    return new Ifinfomsg(
        NlBytes.u8(in, at + IFI_FAMILY),
        NlBytes.u16(in, at + IFI_TYPE),
        in.getInt(at + IFI_INDEX),
        in.getInt(at + IFI_FLAGS),
        in.getInt(at + IFI_CHANGE));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + IFI_FAMILY, ifiFamily);
    NlBytes.putU16(out, at + IFI_TYPE, ifiType);
    out.putInt(at + IFI_INDEX, ifiIndex);
    out.putInt(at + IFI_FLAGS, ifiFlags);
    out.putInt(at + IFI_CHANGE, ifiChange);
  }
}
