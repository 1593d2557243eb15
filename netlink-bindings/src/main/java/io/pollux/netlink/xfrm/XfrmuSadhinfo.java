package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/** struct xfrmu_sadhinfo, linux/xfrm.h: buckets of the SA table, now and at most. */
public record XfrmuSadhinfo(long sadhcnt, long sadhmcnt) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 8;

  private static final int SADHCNT = 0;
  private static final int SADHMCNT = 4;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmuSadhinfo read(ByteBuffer in, int at) {
    return new XfrmuSadhinfo(NlBytes.u32(in, at + SADHCNT), NlBytes.u32(in, at + SADHMCNT));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at + SADHCNT, sadhcnt);
    NlBytes.putU32(out, at + SADHMCNT, sadhmcnt);
  }
}
