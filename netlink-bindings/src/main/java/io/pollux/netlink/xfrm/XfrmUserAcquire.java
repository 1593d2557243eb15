package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_acquire, linux/xfrm.h: the kernel asks for an SA: a packet (sel) met a policy
 * whose SA is absent.
 */
public record XfrmUserAcquire(
    XfrmId id,
    XfrmAddress saddr,
    XfrmSelector sel,
    XfrmUserpolicyInfo policy,
    int aalgos,
    int ealgos,
    int calgos,
    long seq)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 280;

  private static final int ID = 0;
  private static final int SADDR = 24;
  private static final int SEL = 40;
  private static final int POLICY = 96;
  private static final int AALGOS = 264;
  private static final int EALGOS = 268;
  private static final int CALGOS = 272;
  private static final int SEQ = 276;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserAcquire read(ByteBuffer in, int at) {
    return new XfrmUserAcquire(
        XfrmId.read(in, at + ID),
        XfrmAddress.read(in, at + SADDR),
        XfrmSelector.read(in, at + SEL),
        XfrmUserpolicyInfo.read(in, at + POLICY),
        in.getInt(at + AALGOS),
        in.getInt(at + EALGOS),
        in.getInt(at + CALGOS),
        NlBytes.u32(in, at + SEQ));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    id.write(out, at + ID);
    saddr.write(out, at + SADDR);
    sel.write(out, at + SEL);
    policy.write(out, at + POLICY);
    out.putInt(at + AALGOS, aalgos);
    out.putInt(at + EALGOS, ealgos);
    out.putInt(at + CALGOS, calgos);
    NlBytes.putU32(out, at + SEQ, seq);
  }
}
