package io.pollux.ike.wire;

import java.util.Arrays;

/**
 * Writes octets in network byte order into a buffer that grows. A value that does not fit its field
 * is our own mistake: {@link IllegalArgumentException}.
 */
public final class WireWriter {
  private static final int FIRST = 512; // holds most messages without growing

  private final boolean secret;
  private byte[] value = new byte[FIRST];
  private int size;

  /** For what is no secret. */
  public WireWriter() {
    this(false);
  }

  private WireWriter(boolean secret) {
    this.secret = secret;
  }

  /** For secrets: buffers that became too small are wiped, the last one by {@link #wipe}. */
  public static WireWriter forSecrets() {
    return new WireWriter(true);
  }

  /** Forgets what was written. */
  public void wipe() {
    Arrays.fill(value, (byte) 0);
    size = 0;
  }

  /** How many octets were written. */
  public int size() {
    return size;
  }

  public WireWriter u8(int number) {
    fits(number, 0xff);
    grow(1);
    value[size++] = (byte) number;
    return this;
  }

  public WireWriter u16(int number) {
    fits(number, 0xffff);
    grow(2);
    value[size++] = (byte) (number >>> 8);
    value[size++] = (byte) number;
    return this;
  }

  public WireWriter u32(long number) {
    fits(number, 0xffff_ffffL);
    return i32((int) number);
  }

  /** The 32 bits of {@code bits}, whatever their sign. */
  public WireWriter i32(int bits) {
    grow(4);
    value[size++] = (byte) (bits >>> 24);
    value[size++] = (byte) (bits >>> 16);
    value[size++] = (byte) (bits >>> 8);
    value[size++] = (byte) bits;
    return this;
  }

  /** The 64 bits of {@code bits}, whatever their sign. */
  public WireWriter u64(long bits) {
    return i32((int) (bits >>> 32)).i32((int) bits);
  }

  public WireWriter octets(Octets octets) {
    return bytes(octets.array());
  }

  public WireWriter bytes(byte[] octets) {
    return bytes(octets, 0, octets.length);
  }

  /** {@code octets[from, to)}. */
  public WireWriter bytes(byte[] octets, int from, int to) {
    grow(to - from);
    System.arraycopy(octets, from, value, size, to - from);
    size += to - from;
    return this;
  }

  /** {@code count} octets of zero. */
  public WireWriter zeros(int count) {
    grow(count);
    Arrays.fill(value, size, size + count, (byte) 0);
    size += count;
    return this;
  }

  /** Overwrites two octets that were written before, for example a length. */
  public void patchU16(int at, int number) {
    fits(number, 0xffff);
    written(at, 2);
    value[at] = (byte) (number >>> 8);
    value[at + 1] = (byte) number;
  }

  /** Overwrites four octets that were written before. */
  public void patchU32(int at, int number) {
    written(at, 4);
    value[at] = (byte) (number >>> 24);
    value[at + 1] = (byte) (number >>> 16);
    value[at + 2] = (byte) (number >>> 8);
    value[at + 3] = (byte) number;
  }

  /** What was written so far, copied. */
  public Octets toOctets() {
    return Octets.of(value, 0, size);
  }

  /** What was written so far, copied. */
  public byte[] toArray() {
    return Arrays.copyOf(value, size);
  }

  private void grow(int more) {
    if (size + more > value.length) {
      byte[] small = value;
      value = Arrays.copyOf(small, Math.max(small.length * 2, size + more));
      if (secret) {
        Arrays.fill(small, (byte) 0);
      }
    }
  }

  private void written(int at, int length) {
    if (at < 0 || at + length > size) {
      throw new IllegalArgumentException("octet " + at + " was not written");
    }
  }

  private static void fits(long number, long max) {
    if (number < 0 || number > max) {
      throw new IllegalArgumentException(number + " is not within 0.." + max);
    }
  }
}
