package io.pollux.ha.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A bounded reader of what {@link FrameWriter} writes. Each read names its field; a record is read
 * from a reader of its own, and what a newer version put at its end is left unread.
 */
public final class FrameReader {
  private static final int MAX_VARINT = 10; // 64 bits in groups of 7
  private static final int MAX_LIST = 65_536; // far above what an SA has of anything

  private final ByteBuffer in;

  /** What reads one element. */
  public interface Part<T> {
    T read(FrameReader in) throws MalformedFrame;
  }

  public FrameReader(byte[] octets) {
    this(ByteBuffer.wrap(octets));
  }

  private FrameReader(ByteBuffer in) {
    this.in = in.order(ByteOrder.BIG_ENDIAN);
  }

  /**
   * Whether {@code octets} have a whole record from {@code at} on; a longer one than allowed
   * throws.
   */
  public static boolean holdsRecord(byte[] octets, int at, int maxOctets) throws MalformedFrame {
    ByteBuffer rest = ByteBuffer.wrap(octets, at, octets.length - at).slice();
    boolean lengthEnds = false;
    for (int i = 0; i < Math.min(rest.remaining(), MAX_VARINT) && !lengthEnds; i++) {
      lengthEnds = rest.get(i) >= 0;
    }
    if (!lengthEnds && rest.remaining() < MAX_VARINT) {
      return false;
    }
    FrameReader in = new FrameReader(rest);
    long length = in.u64("record");
    if (length < 0 || length > maxOctets) {
      throw new MalformedFrame("record", Long.toUnsignedString(length) + " octets");
    }
    return length <= in.remaining();
  }

  public int remaining() {
    return in.remaining();
  }

  public int position() {
    return in.position();
  }

  /** The next record as a reader of its own. */
  public FrameReader record(String field) throws MalformedFrame {
    int length = length(field);
    FrameReader body = new FrameReader(in.slice(in.position(), length));
    in.position(in.position() + length);
    return body;
  }

  public long u64(String field) throws MalformedFrame {
    long value = 0;
    for (int i = 0; i < MAX_VARINT; i++) {
      int octet = u8(field);
      if (i == MAX_VARINT - 1 && octet > 1) {
        throw new MalformedFrame(field, "number over 64 bits");
      }
      value |= (long) (octet & 0x7f) << (7 * i);
      if (octet < 0x80) {
        return value;
      }
    }
    throw new MalformedFrame(field, "number over 64 bits");
  }

  /** 32 bits, signed or not: as they are. */
  public int u32(String field) throws MalformedFrame {
    long value = u64(field);
    if (value < 0 || value > 0xffff_ffffL) {
      throw new MalformedFrame(field, "number over 32 bits");
    }
    return (int) value;
  }

  public int u8(String field) throws MalformedFrame {
    need(1, field);
    return Byte.toUnsignedInt(in.get());
  }

  public int fixed32(String field) throws MalformedFrame {
    need(4, field);
    return in.getInt();
  }

  public long fixed64(String field) throws MalformedFrame {
    need(8, field);
    return in.getLong();
  }

  public boolean bool(String field) throws MalformedFrame {
    int octet = u8(field);
    if (octet > 1) {
      throw new MalformedFrame(field, "truth value " + octet);
    }
    return octet == 1;
  }

  public byte[] octets(String field) throws MalformedFrame {
    byte[] value = new byte[length(field)];
    in.get(value);
    return value;
  }

  public String text(String field) throws MalformedFrame {
    byte[] utf8 = octets(field);
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
      return text.toString();
    } catch (CharacterCodingException _) {
      throw new MalformedFrame(field, "not UTF-8");
    }
  }

  public <T> List<T> list(String field, Part<T> part) throws MalformedFrame {
    int count = u32(field);
    if (count < 0 || count > MAX_LIST || count > remaining()) {
      throw new MalformedFrame(field, Integer.toUnsignedString(count) + " elements");
    }
    List<T> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(part.read(this));
    }
    return all;
  }

  public <T> Optional<T> optional(String field, Part<T> part) throws MalformedFrame {
    return bool(field) ? Optional.of(part.read(this)) : Optional.empty();
  }

  private int length(String field) throws MalformedFrame {
    long length = u64(field);
    if (length < 0 || length > in.remaining()) {
      throw new MalformedFrame(
          field, Long.toUnsignedString(length) + " octets of " + in.remaining());
    }
    return (int) length;
  }

  private void need(int octets, String field) throws MalformedFrame {
    if (in.remaining() < octets) {
      throw new MalformedFrame(field, "cut short");
    }
  }
}
