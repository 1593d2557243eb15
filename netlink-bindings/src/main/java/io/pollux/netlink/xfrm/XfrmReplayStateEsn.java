package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBytes;
import java.nio.ByteBuffer;

/**
 * struct xfrm_replay_state_esn, linux/xfrm.h: the counters of an SA with extended sequence numbers,
 * or with 32-bit ones and a window of more than 32 packets.
 *
 * <p>A NEWAE must carry a bitmap as long as the SA's (else EINVAL). <b>The kernel accepts a
 * replay_window of 0 or a smaller one, which weakens or ends protection</b>: take the window from
 * what GETAE has read.
 *
 * @param oseq low 32 bits of the last sequence number sent
 * @param seq low 32 bits of the highest one received
 * @param replayWindow packets, at most 4096 and 32 per word of the bitmap
 */
public record XfrmReplayStateEsn(
    long oseq, long seq, long oseqHi, long seqHi, long replayWindow, XfrmBitmap bmp)
    implements XfrmReplay {
  /** Octets before the bitmap. */
  public static final int SIZE = 24;

  private static final int BMP_LEN = 0;
  private static final int OSEQ = 4;
  private static final int SEQ = 8;
  private static final int OSEQ_HI = 12;
  private static final int SEQ_HI = 16;
  private static final int REPLAY_WINDOW = 20;
  private static final int BMP = 24;

  private static final int MAX_WORDS = XfrmConst.XFRMA_REPLAY_ESN_MAX / Integer.SIZE;

  /** A new SA's counters: nothing sent, nothing received, a window of so many packets. */
  public static XfrmReplayStateEsn fresh(int window) {
    return of(0, 0, window, XfrmBitmap.zeros(words(window)));
  }

  /** An outbound SA that goes on behind a sequence number. */
  public static XfrmReplayStateEsn outbound(long oseq64, int window) {
    return of(oseq64, 0, window, XfrmBitmap.zeros(words(window)));
  }

  /** An inbound SA that takes nothing again up to a sequence number: its bitmap is full. */
  public static XfrmReplayStateEsn inbound(long seq64, int window) {
    return of(0, seq64, window, XfrmBitmap.ones(words(window)));
  }

  public static XfrmReplayStateEsn of(long oseq64, long seq64, int window, XfrmBitmap bmp) {
    return new XfrmReplayStateEsn(
        oseq64 & 0xffffffffL,
        seq64 & 0xffffffffL,
        oseq64 >>> Integer.SIZE,
        seq64 >>> Integer.SIZE,
        window,
        bmp);
  }

  /** bmp_len for a window of so many packets. */
  public static int words(int window) {
    if (window < 1 || window > XfrmConst.XFRMA_REPLAY_ESN_MAX) {
      throw new IllegalArgumentException("replay window of " + window + " packets");
    }
    return (window + Integer.SIZE - 1) / Integer.SIZE;
  }

  /** Reads the payload of an XFRMA_REPLAY_ESN_VAL. */
  public static XfrmReplayStateEsn read(NlAttr attr) throws MalformedNetlink {
    int at = attr.require(SIZE, "xfrm_replay_state_esn");
    ByteBuffer in = attr.buffer();
    long length = NlBytes.u32(in, at + BMP_LEN);
    // In a request the bitmap may be left away (iproute2 does): the kernel takes it as empty.
    boolean bitmap = attr.length() != SIZE;
    if (length > MAX_WORDS || bitmap && attr.length() < SIZE + (int) length * Integer.BYTES) {
      throw new MalformedNetlink("bmp_len", length + " words in " + attr.length() + " octets");
    }
    int[] words = new int[(int) length];
    for (int i = 0; bitmap && i < words.length; i++) {
      words[i] = in.getInt(at + BMP + i * Integer.BYTES);
    }
    return new XfrmReplayStateEsn(
        NlBytes.u32(in, at + OSEQ),
        NlBytes.u32(in, at + SEQ),
        NlBytes.u32(in, at + OSEQ_HI),
        NlBytes.u32(in, at + SEQ_HI),
        NlBytes.u32(in, at + REPLAY_WINDOW),
        XfrmBitmap.of(words));
  }

  /** The same state with another outbound sequence number. */
  public XfrmReplayStateEsn withOseq64(long oseq64) {
    return of(oseq64, seq64(), (int) replayWindow, bmp);
  }

  /** The same state with another inbound sequence number and bitmap. */
  public XfrmReplayStateEsn withSeq64(long seq64, XfrmBitmap bitmap) {
    return of(oseq64(), seq64, (int) replayWindow, bitmap);
  }

  @Override
  public long oseq64() {
    return oseqHi << Integer.SIZE | oseq;
  }

  @Override
  public long seq64() {
    return seqHi << Integer.SIZE | seq;
  }

  @Override
  public boolean esn() {
    return true;
  }

  @Override
  public int size() {
    return SIZE + bmp.length() * Integer.BYTES;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putU32(out, at + BMP_LEN, bmp.length());
    NlBytes.putU32(out, at + OSEQ, oseq);
    NlBytes.putU32(out, at + SEQ, seq);
    NlBytes.putU32(out, at + OSEQ_HI, oseqHi);
    NlBytes.putU32(out, at + SEQ_HI, seqHi);
    NlBytes.putU32(out, at + REPLAY_WINDOW, replayWindow);
    for (int i = 0; i < bmp.length(); i++) {
      out.putInt(at + BMP + i * Integer.BYTES, bmp.word(i));
    }
  }
}
