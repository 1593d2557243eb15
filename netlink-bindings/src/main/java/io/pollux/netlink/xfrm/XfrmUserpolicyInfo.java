package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_userpolicy_info, linux/xfrm.h: the fixed part of NEWPOLICY and UPDPOLICY, and the
 * value of the IP_XFRM_POLICY socket option. A smaller priority wins; index 0 lets the kernel
 * choose, its low three bits are the direction.
 */
public record XfrmUserpolicyInfo(
    XfrmSelector sel,
    XfrmLifetimeCfg lft,
    XfrmLifetimeCur curlft,
    long priority,
    int index,
    int dir,
    int action,
    int flags,
    int share)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 168;

  private static final int SEL = 0;
  private static final int LFT = 56;
  private static final int CURLFT = 120;
  private static final int PRIORITY = 152;
  private static final int INDEX = 156;
  private static final int DIR = 160;
  private static final int ACTION = 161;
  private static final int FLAGS = 162;
  private static final int SHARE = 163;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserpolicyInfo read(ByteBuffer in, int at) {
    return new XfrmUserpolicyInfo(
        XfrmSelector.read(in, at + SEL),
        XfrmLifetimeCfg.read(in, at + LFT),
        XfrmLifetimeCur.read(in, at + CURLFT),
        NlBytes.u32(in, at + PRIORITY),
        in.getInt(at + INDEX),
        NlBytes.u8(in, at + DIR),
        NlBytes.u8(in, at + ACTION),
        NlBytes.u8(in, at + FLAGS),
        NlBytes.u8(in, at + SHARE));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    sel.write(out, at + SEL);
    lft.write(out, at + LFT);
    curlft.write(out, at + CURLFT);
    NlBytes.putU32(out, at + PRIORITY, priority);
    out.putInt(at + INDEX, index);
    NlBytes.putU8(out, at + DIR, dir);
    NlBytes.putU8(out, at + ACTION, action);
    NlBytes.putU8(out, at + FLAGS, flags);
    NlBytes.putU8(out, at + SHARE, share);
  }
}
