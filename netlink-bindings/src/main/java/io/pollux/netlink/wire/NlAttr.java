package io.pollux.netlink.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Walks attributes (struct nlattr, linux/netlink.h; struct rtattr is the same), without making an
 * object for each. The flags NLA_F_NESTED and NLA_F_NET_BYTEORDER are not part of {@link #type}.
 */
public final class NlAttr {
  static final int SIZE = 4;
  static final int NLA_LEN = 0;
  static final int NLA_TYPE = 2;

  private final ByteBuffer buffer;
  private final int limit;
  private int nextAt;
  private int at;
  private int end;

  /** A walk over octets from start to end of a buffer in native order. */
  public NlAttr(ByteBuffer buffer, int start, int limit) {
    this.buffer = buffer;
    this.nextAt = start;
    this.limit = limit;
  }

  /** Goes to the next attribute; false at the end. */
  public boolean next() throws MalformedNetlink {
    int rest = limit - nextAt;
    if (rest == 0) {
      return false;
    }
    if (rest < SIZE) {
      throw new MalformedNetlink("nlattr", rest + " octets left");
    }
    int length = NlBytes.u16(buffer, nextAt + NLA_LEN);
    if (length < SIZE || length > rest) {
      throw new MalformedNetlink("nla_len", length + " with " + rest + " octets left");
    }
    at = nextAt;
    end = at + length;
    // The padding of the last attribute may be absent.
    nextAt = Math.min(limit, at + NlMsgHdr.align(length));
    return true;
  }

  public ByteBuffer buffer() {
    return buffer;
  }

  public int type() {
    return NlBytes.u16(buffer, at + NLA_TYPE) & NlConst.NLA_TYPE_MASK & 0xffff;
  }

  /** Where the payload starts. */
  public int start() {
    return at + SIZE;
  }

  /** Octets of the payload, padding not counted. */
  public int length() {
    return end - at - SIZE;
  }

  /** Checks that the payload holds at least so many octets, and gives back where it starts. */
  public int require(int octets, String name) throws MalformedNetlink {
    if (length() < octets) {
      throw new MalformedNetlink(name, length() + " octets of " + octets);
    }
    return start();
  }

  public int u8(String name) throws MalformedNetlink {
    return NlBytes.u8(buffer, require(1, name));
  }

  public int u16(String name) throws MalformedNetlink {
    return NlBytes.u16(buffer, require(2, name));
  }

  public long u32(String name) throws MalformedNetlink {
    return NlBytes.u32(buffer, require(4, name));
  }

  public int i32(String name) throws MalformedNetlink {
    return buffer.getInt(require(4, name));
  }

  public int be32(String name) throws MalformedNetlink {
    return NlBytes.be32(buffer, require(4, name));
  }

  public long u64(String name) throws MalformedNetlink {
    return buffer.getLong(require(8, name));
  }

  /** A string, up to its first zero octet or the end. */
  public String string() {
    return string(buffer, start(), end);
  }

  /** An IPv4 or IPv6 address, told apart by its length. */
  public InetAddress address(String name) throws MalformedNetlink {
    return address(name, 0);
  }

  /** An address that starts some octets into the payload and goes to its end. */
  public InetAddress address(String name, int skipped) throws MalformedNetlink {
    int octets = length() - skipped;
    if (octets != 4 && octets != 16) {
      throw new MalformedNetlink(name, "address of " + octets + " octets");
    }
    byte[] address = new byte[octets];
    buffer.get(start() + skipped, address);
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // only thrown for other lengths
    }
  }

  public NlOctets octets() {
    return NlOctets.read(buffer, start(), length());
  }

  /** The attributes inside this one. */
  public NlAttr nested() {
    return new NlAttr(buffer, start(), end);
  }

  /** A C string: up to its first zero octet or the end. */
  public static String string(ByteBuffer in, int start, int end) {
    int stop = start;
    while (stop < end && in.get(stop) != 0) {
      stop++;
    }
    byte[] octets = new byte[stop - start];
    in.get(start, octets);
    return new String(octets, StandardCharsets.UTF_8);
  }
}
