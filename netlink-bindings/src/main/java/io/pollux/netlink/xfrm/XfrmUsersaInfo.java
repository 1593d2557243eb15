package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_usersa_info, linux/xfrm.h: the fixed part of NEWSA, UPDSA and of every SA that the
 * kernel reports. replay_window in packets, at most 32 here: larger ones come in
 * XFRMA_REPLAY_ESN_VAL; flags are XFRM_STATE_*.
 */
public record XfrmUsersaInfo(
    XfrmSelector sel,
    XfrmId id,
    XfrmAddress saddr,
    XfrmLifetimeCfg lft,
    XfrmLifetimeCur curlft,
    XfrmStats stats,
    long seq,
    Reqid reqid,
    int family,
    int mode,
    int replayWindow,
    int flags)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 224;

  private static final int SEL = 0;
  private static final int ID = 56;
  private static final int SADDR = 80;
  private static final int LFT = 96;
  private static final int CURLFT = 160;
  private static final int STATS = 192;
  private static final int SEQ = 204;
  private static final int REQID = 208;
  private static final int FAMILY = 212;
  private static final int MODE = 214;
  private static final int REPLAY_WINDOW = 215;
  private static final int FLAGS = 216;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUsersaInfo read(ByteBuffer in, int at) {
    return new XfrmUsersaInfo(
        XfrmSelector.read(in, at + SEL),
        XfrmId.read(in, at + ID),
        XfrmAddress.read(in, at + SADDR),
        XfrmLifetimeCfg.read(in, at + LFT),
        XfrmLifetimeCur.read(in, at + CURLFT),
        XfrmStats.read(in, at + STATS),
        NlBytes.u32(in, at + SEQ),
        new Reqid(in.getInt(at + REQID)),
        NlBytes.u16(in, at + FAMILY),
        NlBytes.u8(in, at + MODE),
        NlBytes.u8(in, at + REPLAY_WINDOW),
        NlBytes.u8(in, at + FLAGS));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    sel.write(out, at + SEL);
    id.write(out, at + ID);
    saddr.write(out, at + SADDR);
    lft.write(out, at + LFT);
    curlft.write(out, at + CURLFT);
    stats.write(out, at + STATS);
    NlBytes.putU32(out, at + SEQ, seq);
    out.putInt(at + REQID, reqid.value());
    NlBytes.putU16(out, at + FAMILY, family);
    NlBytes.putU8(out, at + MODE, mode);
    NlBytes.putU8(out, at + REPLAY_WINDOW, replayWindow);
    NlBytes.putU8(out, at + FLAGS, flags);
  }
}
