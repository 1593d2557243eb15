package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_user_mapping, linux/xfrm.h: an inbound UDP-encapsulated packet came from another
 * address or port than the SA says (RFC 3948).
 */
public record XfrmUserMapping(
    XfrmUsersaId id,
    Reqid reqid,
    XfrmAddress oldSaddr,
    XfrmAddress newSaddr,
    int oldSport,
    int newSport)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 64;

  private static final int ID = 0;
  private static final int REQID = 24;
  private static final int OLD_SADDR = 28;
  private static final int NEW_SADDR = 44;
  private static final int OLD_SPORT = 60;
  private static final int NEW_SPORT = 62;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUserMapping read(ByteBuffer in, int at) {
    return new XfrmUserMapping(
        XfrmUsersaId.read(in, at + ID),
        new Reqid(in.getInt(at + REQID)),
        XfrmAddress.read(in, at + OLD_SADDR),
        XfrmAddress.read(in, at + NEW_SADDR),
        NlBytes.be16(in, at + OLD_SPORT),
        NlBytes.be16(in, at + NEW_SPORT));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    id.write(out, at + ID);
    out.putInt(at + REQID, reqid.value());
    oldSaddr.write(out, at + OLD_SADDR);
    newSaddr.write(out, at + NEW_SADDR);
    NlBytes.putBe16(out, at + OLD_SPORT, oldSport);
    NlBytes.putBe16(out, at + NEW_SPORT, newSport);
  }
}
