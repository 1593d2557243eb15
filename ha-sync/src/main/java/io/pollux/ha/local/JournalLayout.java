package io.pollux.ha.local;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Where things stand in a local journal, and how a record looks. */
final class JournalLayout {
  static final int SLOT = 64;
  static final long READS_AT = 2 * SLOT;
  static final long MOST_OCTETS = 1L << 30; // of a region: far above any bound of ours

  /** Length, CRC, kind, instant. */
  static final int RECORD_HEAD = 4 + 4 + 4 + 8;

  /** Longest record that is read: a frame with an IKE SA of very many children. */
  static final int MOST_RECORD = 32 << 20;

  static final int CHUNK = 1;
  static final int FRAME = 2;
  private static final int MAGIC = 0x504c584a; // "PLXJ"
  static final int VERSION = 1;
  private static final long LOW_REGION = 4096;
  private static final long HIGH_REGION = 1L << 40;

  private JournalLayout() {}

  /**
   * Which region rules.
   *
   * @param token the caller's: a reader with another one must not go on with this reign
   */
  record Slot(long generation, long epoch, long token) {
    long region() {
      return JournalLayout.region(generation);
    }

    /** Where it stands: the two take turns, so that the last good one is never written over. */
    long at() {
      return (generation & 1) * SLOT;
    }
  }

  static long region(long generation) {
    return (generation & 1) == 0 ? LOW_REGION : HIGH_REGION;
  }

  static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.BIG_ENDIAN);
  }

  static ByteBuffer write(Slot slot) {
    ByteBuffer out = buffer(SLOT);
    out.putInt(MAGIC).putInt(VERSION);
    out.putLong(slot.generation).putLong(slot.epoch).putLong(slot.token);
    out.putInt(crc(out.array(), out.position()));
    return out.rewind();
  }

  /**
   * The version of a slot that another version of this software has written, with its generation:
   * both stand where they stand here, whatever comes after them.
   */
  static Optional<Foreign> foreign(ByteBuffer in) {
    if (in.getInt() != MAGIC) {
      return Optional.empty();
    }
    int version = in.getInt();
    return version == VERSION ? Optional.empty() : Optional.of(new Foreign(version, in.getLong()));
  }

  /** A slot of another layout. */
  record Foreign(int version, long generation) {}

  static Optional<Slot> readSlot(ByteBuffer in) {
    if (in.getInt() != MAGIC || in.getInt() != VERSION) {
      return Optional.empty();
    }
    Slot slot = new Slot(in.getLong(), in.getLong(), in.getLong());
    int octets = in.position();
    boolean whole = in.getInt() == crc(in.array(), octets);
    return whole && slot.generation > 0 ? Optional.of(slot) : Optional.empty();
  }

  /** A record of {@code generation}: another generation's leftovers in the same place are none. */
  static ByteBuffer record(long generation, int kind, long atNs, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer out = buffer(RECORD_HEAD + length);
    out.putInt(length).putInt(0).putInt(kind).putLong(atNs);
    for (byte[] part : parts) {
      out.put(part);
    }
    out.putInt(4, recordCrc(generation, out.array()));
    return out.rewind();
  }

  /** Over everything but itself. */
  static int recordCrc(long generation, byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(buffer(8).putLong(generation).rewind());
    crc.update(record, 0, 4);
    crc.update(record, 8, record.length - 8);
    return (int) crc.getValue();
  }

  private static int crc(byte[] octets, int length) {
    CRC32C crc = new CRC32C();
    crc.update(octets, 0, length);
    return (int) crc.getValue();
  }
}
