package io.pollux.ha.local;

import java.nio.ByteBuffer;

/**
 * Memory that outlives the process. What was written is there for the next reader even if the
 * writer is killed in the next instruction; of a write that was interrupted any part may be there.
 */
public interface JournalStore {
  /**
   * Writes all of {@code octets}; the memory grows as needed and what lies in between reads as 0.
   */
  void write(long at, ByteBuffer octets);

  /** Reads into {@code octets} what there is; the rest of it is left as it was. */
  void read(long at, ByteBuffer octets);

  /** From here on nothing is kept: it reads as 0 and holds no memory. */
  void discard(long from, long length);

  /** The memory does not do as it should; the message says what was tried. */
  final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
