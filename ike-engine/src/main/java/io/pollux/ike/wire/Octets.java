package io.pollux.ike.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable string of octets with equality by content. Never holds key material: that is what
 * {@link io.pollux.ike.crypto.Secret} is for, because {@link #toString} shows the first octets.
 */
public final class Octets {
  private static final int SHOWN = 32; // a longer value is cut in toString

  /** No octets. */
  public static final Octets EMPTY = new Octets(new byte[0]);

  private final byte[] value;

  private Octets(byte[] value) {
    this.value = value;
  }

  /** A copy of {@code value}. */
  public static Octets of(byte... value) {
    return value.length == 0 ? EMPTY : new Octets(value.clone());
  }

  /** Takes {@code value} over without a copy; the caller must not touch it again. */
  public static Octets owning(byte[] value) {
    return value.length == 0 ? EMPTY : new Octets(value);
  }

  /** A copy of {@code value[from, to)}. */
  public static Octets of(byte[] value, int from, int to) {
    return owning(Arrays.copyOfRange(value, from, to));
  }

  /** The octets between position and limit of {@code in}, which is left as it was. */
  public static Octets of(ByteBuffer in) {
    byte[] copy = new byte[in.remaining()];
    in.get(in.position(), copy);
    return owning(copy);
  }

  /** The octets that {@code hex} writes; separators are not allowed. */
  public static Octets ofHex(String hex) {
    return owning(HexFormat.of().parseHex(hex));
  }

  /** All of {@code parts} in a row. */
  public static Octets concat(Octets... parts) {
    int length = 0;
    for (Octets part : parts) {
      length += part.value.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (Octets part : parts) {
      System.arraycopy(part.value, 0, all, at, part.value.length);
      at += part.value.length;
    }
    return owning(all);
  }

  public int length() {
    return value.length;
  }

  public boolean isEmpty() {
    return value.length == 0;
  }

  /** The octet at {@code index} as 0..255. */
  public int at(int index) {
    return Byte.toUnsignedInt(value[index]);
  }

  /** Octets {@code [from, to)}. */
  public Octets slice(int from, int to) {
    return of(value, from, to);
  }

  /** A copy. */
  public byte[] toArray() {
    return value.clone();
  }

  /** Copies all octets into {@code out} at its position. */
  public void writeTo(ByteBuffer out) {
    out.put(value);
  }

  /** A read-only view in network byte order, without a copy. */
  public ByteBuffer asBuffer() {
    return ByteBuffer.wrap(value).asReadOnlyBuffer();
  }

  /** The array itself, for the readers and writers of this package, which never change it. */
  byte[] array() {
    return value;
  }

  /** All octets as lower-case hex. */
  public String toHex() {
    return HexFormat.of().formatHex(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets octets && Arrays.equals(value, octets.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    String shown = HexFormat.of().formatHex(value, 0, Math.min(SHOWN, value.length));
    return value.length <= SHOWN ? shown : shown + "... (" + value.length + " octets)";
  }
}
