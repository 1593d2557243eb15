package io.pollux.netlink.wire;

import java.nio.ByteBuffer;

/** A C struct of a kernel header, with its fixed (or for a trailing array, own) size. */
public interface NlStruct {
  /** Octets that {@link #write} fills, padding not counted. */
  int size();

  /**
   * Writes the fields at an absolute offset. Padding is left alone: the buffer holds zeros there.
   */
  void write(ByteBuffer out, int at);
}
