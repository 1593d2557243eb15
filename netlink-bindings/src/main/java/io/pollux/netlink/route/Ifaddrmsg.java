package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct ifaddrmsg, linux/if_addr.h: the fixed part of address messages. */
record Ifaddrmsg(int ifaFamily, int ifaPrefixlen, int ifaFlags, int ifaScope, int ifaIndex)
    implements NlStruct {
  static final int SIZE = 8;

  private static final int IFA_FAMILY = 0;
  private static final int IFA_PREFIXLEN = 1;
  private static final int IFA_FLAGS = 2;
  private static final int IFA_SCOPE = 3;
  private static final int IFA_INDEX = 4;

  static Ifaddrmsg read(ByteBuffer in, int at) {
    return new Ifaddrmsg(
        NlBytes.u8(in, at + IFA_FAMILY),
        NlBytes.u8(in, at + IFA_PREFIXLEN),
        NlBytes.u8(in, at + IFA_FLAGS),
        NlBytes.u8(in, at + IFA_SCOPE),
        in.getInt(at + IFA_INDEX));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU8(out, at + IFA_FAMILY, ifaFamily);
    NlBytes.putU8(out, at + IFA_PREFIXLEN, ifaPrefixlen);
    NlBytes.putU8(out, at + IFA_FLAGS, ifaFlags);
    NlBytes.putU8(out, at + IFA_SCOPE, ifaScope);
    out.putInt(at + IFA_INDEX, ifaIndex);
  }
}
