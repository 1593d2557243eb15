package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_stats, linux/xfrm.h: packets an SA has dropped: left of the window, twice received,
 * bad ICV.
 */
public record XfrmStats(long replayWindow, long replay, long integrityFailed) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 12;

  private static final int REPLAY_WINDOW = 0;
  private static final int REPLAY = 4;
  private static final int INTEGRITY_FAILED = 8;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmStats read(ByteBuffer in, int at) {
    return new XfrmStats(
        NlBytes.u32(in, at + REPLAY_WINDOW),
        NlBytes.u32(in, at + REPLAY),
        NlBytes.u32(in, at + INTEGRITY_FAILED));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at + REPLAY_WINDOW, replayWindow);
    NlBytes.putU32(out, at + REPLAY, replay);
    NlBytes.putU32(out, at + INTEGRITY_FAILED, integrityFailed);
  }

  /** Nothing dropped. */
  public static final XfrmStats ZERO = new XfrmStats(0, 0, 0);
}
