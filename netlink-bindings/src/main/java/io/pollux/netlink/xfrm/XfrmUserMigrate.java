package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_migrate, linux/xfrm.h: one move of an SA from old to new addresses in MIGRATE.
 */
public record XfrmUserMigrate(
    XfrmAddress oldDaddr,
    XfrmAddress oldSaddr,
    XfrmAddress newDaddr,
    XfrmAddress newSaddr,
    int proto,
    int mode,
    Reqid reqid,
    int oldFamily,
    int newFamily)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 76;

  private static final int OLD_DADDR = 0;
  private static final int OLD_SADDR = 16;
  private static final int NEW_DADDR = 32;
  private static final int NEW_SADDR = 48;
  private static final int PROTO = 64;
  private static final int MODE = 65;
  private static final int REQID = 68;
  private static final int OLD_FAMILY = 72;
  private static final int NEW_FAMILY = 74;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserMigrate read(ByteBuffer in, int at) {
    return new XfrmUserMigrate(
        XfrmAddress.read(in, at + OLD_DADDR),
        XfrmAddress.read(in, at + OLD_SADDR),
        XfrmAddress.read(in, at + NEW_DADDR),
        XfrmAddress.read(in, at + NEW_SADDR),
        NlBytes.u8(in, at + PROTO),
        NlBytes.u8(in, at + MODE),
        new Reqid(in.getInt(at + REQID)),
        NlBytes.u16(in, at + OLD_FAMILY),
        NlBytes.u16(in, at + NEW_FAMILY));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    oldDaddr.write(out, at + OLD_DADDR);
    oldSaddr.write(out, at + OLD_SADDR);
    newDaddr.write(out, at + NEW_DADDR);
    newSaddr.write(out, at + NEW_SADDR);
    NlBytes.putU8(out, at + PROTO, proto);
    NlBytes.putU8(out, at + MODE, mode);
    out.putInt(at + REQID, reqid.value());
    NlBytes.putU16(out, at + OLD_FAMILY, oldFamily);
    NlBytes.putU16(out, at + NEW_FAMILY, newFamily);
  }
}
