package io.pollux.netlink.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Unsigned reads and writes at absolute offsets of a buffer in native order. The {@code be} forms
 * are for the fields that the headers declare {@code __be16} and {@code __be32}: nothing else swaps
 * octets.
 */
public final class NlBytes {
  private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private NlBytes() {}

  /** A view of all octets of a buffer, from its position to its limit, in native order. */
  public static ByteBuffer nativeView(ByteBuffer buffer) {
    return buffer.slice().order(ByteOrder.nativeOrder());
  }

  public static int u8(ByteBuffer in, int at) {
    return Byte.toUnsignedInt(in.get(at));
  }

  public static int u16(ByteBuffer in, int at) {
    return Short.toUnsignedInt(in.getShort(at));
  }

  public static long u32(ByteBuffer in, int at) {
    return Integer.toUnsignedLong(in.getInt(at));
  }

  public static int be16(ByteBuffer in, int at) {
    short value = in.getShort(at);
    return Short.toUnsignedInt(LITTLE ? Short.reverseBytes(value) : value);
  }

  public static int be32(ByteBuffer in, int at) {
    int value = in.getInt(at);
    return LITTLE ? Integer.reverseBytes(value) : value;
  }

  public static long be64(ByteBuffer in, int at) {
    long value = in.getLong(at);
    return LITTLE ? Long.reverseBytes(value) : value;
  }

  public static void putU8(ByteBuffer out, int at, int value) {
    out.put(at, (byte) value);
  }

  public static void putU16(ByteBuffer out, int at, int value) {
    out.putShort(at, (short) value);
  }

  public static void putU32(ByteBuffer out, int at, long value) {
    out.putInt(at, (int) value);
  }

  public static void putBe16(ByteBuffer out, int at, int value) {
    out.putShort(at, LITTLE ? Short.reverseBytes((short) value) : (short) value);
  }

  public static void putBe32(ByteBuffer out, int at, int value) {
    out.putInt(at, LITTLE ? Integer.reverseBytes(value) : value);
  }

  public static void putBe64(ByteBuffer out, int at, long value) {
    out.putLong(at, LITTLE ? Long.reverseBytes(value) : value);
  }
}
