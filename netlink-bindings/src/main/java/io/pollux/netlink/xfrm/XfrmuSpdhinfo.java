package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct xfrmu_spdhinfo, linux/xfrm.h: buckets of the policy table, now and at most. */
public record XfrmuSpdhinfo(long spdhcnt, long spdhmcnt) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 8;

  private static final int SPDHCNT = 0;
  private static final int SPDHMCNT = 4;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmuSpdhinfo read(ByteBuffer in, int at) {
    return new XfrmuSpdhinfo(NlBytes.u32(in, at + SPDHCNT), NlBytes.u32(in, at + SPDHMCNT));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at + SPDHCNT, spdhcnt);
    NlBytes.putU32(out, at + SPDHMCNT, spdhmcnt);
  }
}
