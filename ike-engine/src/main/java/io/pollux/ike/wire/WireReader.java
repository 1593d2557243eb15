package io.pollux.ike.wire;

/**
 * Reads octets in network byte order between two bounds. Every read names its field (STYLE R6);
 * whatever is wrong is {@link Malformed} with the answer INVALID_SYNTAX (RFC 7296 section 3.10.1).
 * Numbers are unsigned and widened at once.
 */
public final class WireReader {
  private final byte[] value;
  private final int end;
  private int at;

  private WireReader(byte[] value, int from, int to) {
    this.value = value;
    this.at = from;
    this.end = to;
  }

  /** Over all of {@code octets}, without a copy. */
  public static WireReader of(Octets octets) {
    return new WireReader(octets.array(), 0, octets.length());
  }

  /** Over {@code value}, which the caller does not change while reading. */
  public static WireReader over(byte[] value) {
    return new WireReader(value, 0, value.length);
  }

  /** How many octets are left. */
  public int remaining() {
    return end - at;
  }

  /** Where the next octet stands, counted from the start of the outermost octets. */
  public int position() {
    return at;
  }

  /** One octet, 0 to 255. */
  public int u8(String field) throws Malformed {
    need(1, field);
    return Byte.toUnsignedInt(value[at++]);
  }

  /** Two octets, 0 to 65535. */
  public int u16(String field) throws Malformed {
    need(2, field);
    int read = Byte.toUnsignedInt(value[at]) << 8 | Byte.toUnsignedInt(value[at + 1]);
    at += 2;
    return read;
  }

  /** Four octets, 0 to 2^32 - 1. */
  public long u32(String field) throws Malformed {
    return (long) u16(field) << 16 | u16(field);
  }

  /** Eight octets as 64 bits without a sign. */
  public long u64(String field) throws Malformed {
    need(8, field);
    return u32(field) << 32 | u32(field);
  }

  /** The next {@code length} octets, copied. */
  public Octets octets(int length, String field) throws Malformed {
    need(length, field);
    Octets read = Octets.of(value, at, at + length);
    at += length;
    return read;
  }

  /** All octets that are left, copied. */
  public Octets rest() {
    Octets read = Octets.of(value, at, end);
    at = end;
    return read;
  }

  /** Passes over {@code length} octets whose content does not matter. */
  public void skip(int length, String field) throws Malformed {
    need(length, field);
    at += length;
  }

  /** A reader of the next {@code length} octets, which this one passes over. */
  public WireReader sub(int length, String field) throws Malformed {
    need(length, field);
    WireReader sub = new WireReader(value, at, at + length);
    at += length;
    return sub;
  }

  /** Requires that everything was used up. */
  public void end(String field) throws Malformed {
    if (at != end) {
      throw Malformed.syntax(field, (end - at) + " octets left over");
    }
  }

  private void need(int length, String field) throws Malformed {
    if (length < 0 || length > end - at) {
      throw Malformed.syntax(field, length + " octets needed, " + (end - at) + " left");
    }
  }
}
