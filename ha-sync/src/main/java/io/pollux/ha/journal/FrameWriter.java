package io.pollux.ha.journal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Writes numbers as groups of 7 bits (least significant first), keys and texts with their length,
 * and each record with its length before it, so that an older reader can skip what it does not
 * know. Buffers that may have held keys are wiped when they are left behind.
 */
public class FrameWriter {
  private static final int START = 256;

  private byte[] out = new byte[START];
  private int length;

  /** Starts a record; the result goes to {@link #close}. */
  public int open() {
    ensure(1);
    return length++;
  }

  /** Ends the record that {@link #open} started. */
  public void close(int mark) {
    int body = length - mark - 1;
    int size = varintSize(body);
    if (size > 1) {
      ensure(size - 1);
      System.arraycopy(out, mark + 1, out, mark + size, body);
      length += size - 1;
    }
    int rest = body;
    for (int i = 0; i < size; i++) {
      out[mark + i] = (byte) (i == size - 1 ? rest : rest & 0x7f | 0x80);
      rest >>>= 7;
    }
  }

  public void u64(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out[length++] = (byte) (rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out[length++] = (byte) rest;
  }

  public void u32(int value) {
    u64(Integer.toUnsignedLong(value));
  }

  public void u8(int value) {
    ensure(1);
    out[length++] = (byte) value;
  }

  public void fixed32(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      u8(value >>> shift);
    }
  }

  public void fixed64(long value) {
    fixed32((int) (value >>> 32));
    fixed32((int) value);
  }

  public void bool(boolean value) {
    u8(value ? 1 : 0);
  }

  public void octets(byte[] value) {
    u64(value.length);
    raw(value);
  }

  public void raw(byte[] value) {
    ensure(value.length);
    System.arraycopy(value, 0, out, length, value.length);
    length += value.length;
  }

  public void text(String value) {
    octets(value.getBytes(StandardCharsets.UTF_8));
  }

  public <T> void list(List<T> values, BiConsumer<FrameWriter, T> part) {
    u64(values.size());
    values.forEach(value -> part.accept(this, value));
  }

  public <T> void optional(Optional<T> value, BiConsumer<FrameWriter, T> part) {
    bool(value.isPresent());
    value.ifPresent(present -> part.accept(this, present));
  }

  public int length() {
    return length;
  }

  /** All octets; the writer is empty afterwards. */
  public byte[] finish() {
    byte[] all = Arrays.copyOf(out, length);
    Arrays.fill(out, 0, length, (byte) 0);
    length = 0;
    return all;
  }

  private void ensure(int more) {
    if (length + more > out.length) {
      byte[] old = out;
      out = Arrays.copyOf(old, Math.max(length + more, 2 * old.length));
      Arrays.fill(old, (byte) 0);
    }
  }

  private static int varintSize(int value) {
    return Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
  }
}
