package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_replay_state, linux/xfrm.h: the counters of an SA with 32-bit sequence numbers and a
 * window of at most 32 packets.
 */
public record XfrmReplayState(long oseq, long seq, int bitmap) implements NlStruct, XfrmReplay {
  /** Octets of the struct. */
  public static final int SIZE = 12;

  private static final int OSEQ = 0;
  private static final int SEQ = 4;
  private static final int BITMAP = 8;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmReplayState read(ByteBuffer in, int at) {
    return new XfrmReplayState(
        NlBytes.u32(in, at + OSEQ), NlBytes.u32(in, at + SEQ), in.getInt(at + BITMAP));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at + OSEQ, oseq);
    NlBytes.putU32(out, at + SEQ, seq);
    out.putInt(at + BITMAP, bitmap);
  }

  @Override
  public long oseq64() {
    return oseq;
  }

  @Override
  public long seq64() {
    return seq;
  }

  @Override
  public boolean esn() {
    return false;
  }
}
