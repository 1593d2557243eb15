package io.pollux.ha.local;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** Memory in pages, and a writer that can be killed in the middle of a write. */
final class MemoryStore implements JournalStore {
  private static final int PAGE = 4096;

  private final Map<Long, byte[]> pages = new TreeMap<>();

  /** Octets that may still be written before the writer dies. */
  long life = Long.MAX_VALUE;

  /** The writer was killed. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void write(long at, ByteBuffer octets) {
    for (long i = at; octets.hasRemaining(); i++) {
      if (life-- <= 0) {
        throw new Killed();
      }
      pages.computeIfAbsent(i / PAGE, _ -> new byte[PAGE])[(int) (i % PAGE)] = octets.get();
    }
  }

  @Override
  public void read(long at, ByteBuffer octets) {
    for (long i = at; octets.hasRemaining(); i++) {
      byte[] page = pages.get(i / PAGE);
      octets.put(page == null ? 0 : page[(int) (i % PAGE)]);
    }
  }

  @Override
  public void discard(long from, long length) {
    for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
      for (int i = 0; i < PAGE; i++) {
        long at = page.getKey() * PAGE + i;
        if (at >= from && at < from + length) {
          page.getValue()[i] = 0;
        }
      }
    }
    pages.values().removeIf(MemoryStore::empty);
  }

  private static boolean empty(byte[] page) {
    for (byte octet : page) {
      if (octet != 0) {
        return false;
      }
    }
    return true;
  }

  /** What it holds, in octets. */
  long held() {
    return (long) pages.size() * PAGE;
  }

  /** Whether these octets stand anywhere. */
  boolean contains(byte[] wanted) {
    for (byte[] page : pages.values()) {
      for (int i = 0; i + wanted.length <= PAGE; i++) {
        if (java.util.Arrays.equals(page, i, i + wanted.length, wanted, 0, wanted.length)) {
          return true;
        }
      }
    }
    return false;
  }
}
