package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_aevent_id, linux/xfrm.h: the fixed part of NEWAE and GETAE. flags are XFRM_AE_*;
 * saddr may be zero in a request.
 */
public record XfrmAeventId(XfrmUsersaId saId, XfrmAddress saddr, int flags, Reqid reqid)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 48;

  private static final int SA_ID = 0;
  private static final int SADDR = 24;
  private static final int FLAGS = 40;
  private static final int REQID = 44;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmAeventId read(ByteBuffer in, int at) {
    return new XfrmAeventId(
        XfrmUsersaId.read(in, at + SA_ID),
        XfrmAddress.read(in, at + SADDR),
        in.getInt(at + FLAGS),
        new Reqid(in.getInt(at + REQID)));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    saId.write(out, at + SA_ID);
    saddr.write(out, at + SADDR);
    out.putInt(at + FLAGS, flags);
    out.putInt(at + REQID, reqid.value());
  }
}
