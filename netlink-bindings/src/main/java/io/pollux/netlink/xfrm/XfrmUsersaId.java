package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * struct xfrm_usersa_id, linux/xfrm.h: what names an SA: destination, SPI, family and IP protocol.
 */
public record XfrmUsersaId(XfrmAddress daddr, Spi spi, int family, int proto) implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 24;

  private static final int DADDR = 0;
  private static final int SPI = 16;
  private static final int FAMILY = 20;
  private static final int PROTO = 22;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmUsersaId read(ByteBuffer in, int at) {
    return new XfrmUsersaId(
        XfrmAddress.read(in, at + DADDR),
        Spi.read(in, at + SPI),
        NlBytes.u16(in, at + FAMILY),
        NlBytes.u8(in, at + PROTO));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    daddr.write(out, at + DADDR);
    spi.write(out, at + SPI);
    NlBytes.putU16(out, at + FAMILY, family);
    NlBytes.putU8(out, at + PROTO, proto);
  }

  /** Names an ESP SA. */
  public static XfrmUsersaId esp(InetAddress daddr, Spi spi) {
    return new XfrmUsersaId(
        XfrmAddress.of(daddr), spi, XfrmAddress.family(daddr), XfrmConst.IPPROTO_ESP);
  }

  /** The destination as an address of the SA's family. */
  public InetAddress destination() {
    return daddr.toInetAddress(family);
  }

  @Override
  public String toString() {
    return "spi=" + spi + " dst=" + daddr.text(family) + " proto=" + XfrmText.protocol(proto);
  }
}
