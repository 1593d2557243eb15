package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlStruct;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * xfrm_address_t, linux/xfrm.h: 16 octets, of which an IPv4 address uses the first four. The family
 * stands elsewhere in each struct.
 *
 * @param high the first eight octets, most significant first
 * @param low the last eight
 */
public record XfrmAddress(long high, long low) implements NlStruct {
  /** Octets of the union. */
  public static final int SIZE = 16;

  /** 0.0.0.0 and ::. */
  public static final XfrmAddress ANY = new XfrmAddress(0, 0);

  public static XfrmAddress of(InetAddress address) {
    ByteBuffer octets = ByteBuffer.allocate(SIZE); // big-endian
    octets.put(address.getAddress());
    return new XfrmAddress(octets.getLong(0), octets.getLong(8));
  }

  /** AF_INET or AF_INET6. */
  public static int family(InetAddress address) {
    return address instanceof Inet4Address ? NlConst.AF_INET : NlConst.AF_INET6;
  }

  public static XfrmAddress read(ByteBuffer in, int at) {
    return new XfrmAddress(NlBytes.be64(in, at), NlBytes.be64(in, at + 8));
  }

  /** The address under a family; every family but AF_INET is taken for IPv6. */
  public InetAddress toInetAddress(int family) {
    ByteBuffer octets = ByteBuffer.allocate(family == NlConst.AF_INET ? 4 : SIZE);
    if (family == NlConst.AF_INET) {
      octets.putInt((int) (high >>> 32));
    } else {
      octets.putLong(high).putLong(low);
    }
    try {
      return InetAddress.getByAddress(octets.array());
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // only thrown for other lengths
    }
  }

  String text(int family) {
    return toInetAddress(family).getHostAddress();
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    NlBytes.putBe64(out, at, high);
    NlBytes.putBe64(out, at + 8, low);
  }
}
