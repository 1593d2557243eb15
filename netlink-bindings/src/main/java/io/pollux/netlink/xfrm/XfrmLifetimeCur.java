package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_lifetime_cur, linux/xfrm.h: what an SA or policy has carried, and when it was added
 * and first used (seconds of the wall clock; use_time 0 means never).
 */
public record XfrmLifetimeCur(long bytes, long packets, long addTime, long useTime)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 32;

  private static final int BYTES = 0;
  private static final int PACKETS = 8;
  private static final int ADD_TIME = 16;
  private static final int USE_TIME = 24;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmLifetimeCur read(ByteBuffer in, int at) {
    return new XfrmLifetimeCur(
        in.getLong(at + BYTES),
        in.getLong(at + PACKETS),
        in.getLong(at + ADD_TIME),
        in.getLong(at + USE_TIME));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    out.putLong(at + BYTES, bytes);
    out.putLong(at + PACKETS, packets);
    out.putLong(at + ADD_TIME, addTime);
    out.putLong(at + USE_TIME, useTime);
  }

  /** Nothing carried, never added: what a new SA says. */
  public static final XfrmLifetimeCur ZERO = new XfrmLifetimeCur(0, 0, 0, 0);
}
