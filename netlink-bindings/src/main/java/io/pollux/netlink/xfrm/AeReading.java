package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlMessages;
import java.nio.ByteBuffer;

/**
 * One answer of a sweep of GETAE, in a mutable object that is used again for the next one: the
 * counters of a hundred thousand SAs without an object for each. Valid only inside the callback;
 * {@link XfrmAevent} is the lasting form.
 */
public final class AeReading {
  private static final int SPI = 16; // of xfrm_usersa_id, at the start of xfrm_aevent_id
  private static final int REPLAY_OSEQ = 0; // of xfrm_replay_state
  private static final int REPLAY_SEQ = 4;
  private static final int ESN_OSEQ = 4; // of xfrm_replay_state_esn
  private static final int ESN_SEQ = 8;
  private static final int ESN_OSEQ_HI = 12;
  private static final int ESN_SEQ_HI = 16;
  private static final int ESN_WINDOW = 20;
  private static final int LTIME_BYTES = 0; // of xfrm_lifetime_cur
  private static final int LTIME_PACKETS = 8;
  private static final int LTIME_USE_TIME = 24;

  private int spi;
  private boolean esn;
  private long oseq;
  private long seq;
  private long window;
  private long bytes;
  private long packets;
  private long useTime;

  /** Takes the answer in the place of the one before. */
  public void read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(XfrmAeventId.SIZE, "xfrm_aevent_id");
    spi = NlBytes.be32(message.buffer(), at + SPI);
    esn = false;
    oseq = 0;
    seq = 0;
    window = 0;
    NlAttr attr = message.attributesBehind(XfrmAeventId.SIZE);
    while (attr.next()) {
      ByteBuffer in = attr.buffer();
      switch (attr.type()) {
        case Attr.ESN -> readEsn(in, attr.require(XfrmReplayStateEsn.SIZE, "ESN_VAL"));
        case Attr.LEGACY -> readLegacy(in, attr.require(XfrmReplayState.SIZE, "VAL"));
        case Attr.LTIME -> readLtime(in, attr.require(XfrmLifetimeCur.SIZE, "LTIME_VAL"));
        default -> {} // thresholds, mark, interface
      }
    }
  }

  private void readEsn(ByteBuffer in, int at) {
    esn = true;
    oseq = NlBytes.u32(in, at + ESN_OSEQ_HI) << Integer.SIZE | NlBytes.u32(in, at + ESN_OSEQ);
    seq = NlBytes.u32(in, at + ESN_SEQ_HI) << Integer.SIZE | NlBytes.u32(in, at + ESN_SEQ);
    window = NlBytes.u32(in, at + ESN_WINDOW);
  }

  private void readLegacy(ByteBuffer in, int at) {
    oseq = NlBytes.u32(in, at + REPLAY_OSEQ);
    seq = NlBytes.u32(in, at + REPLAY_SEQ);
  }

  private void readLtime(ByteBuffer in, int at) {
    bytes = in.getLong(at + LTIME_BYTES);
    packets = in.getLong(at + LTIME_PACKETS);
    useTime = in.getLong(at + LTIME_USE_TIME);
  }

  public Spi spi() {
    return new Spi(spi);
  }

  /** Whether the SA has the form of XFRMA_REPLAY_ESN_VAL. */
  public boolean esn() {
    return esn;
  }

  /** Last sequence number sent, all bits. */
  public long oseq64() {
    return oseq;
  }

  /** Highest sequence number received, all bits. */
  public long seq64() {
    return seq;
  }

  /** Packets of the replay window; 0 in the legacy form, which does not tell. */
  public long window() {
    return window;
  }

  public long bytes() {
    return bytes;
  }

  public long packets() {
    return packets;
  }

  /** Wall-clock seconds of the first use; 0 is never. */
  public long useTime() {
    return useTime;
  }

  /** The attribute numbers as constants, for the switch; a test holds them against the table. */
  static final class Attr {
    static final int LTIME = 9;
    static final int LEGACY = 10;
    static final int ESN = 23;

    private Attr() {}
  }
}
