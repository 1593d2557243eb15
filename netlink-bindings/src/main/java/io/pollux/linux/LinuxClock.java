package io.pollux.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads CLOCK_BOOTTIME, which counts while the machine is suspended; for one thread. */
public final class LinuxClock {
  private static final int CLOCK_BOOTTIME = 7; // linux/time.h
  private static final long SECOND = 1_000_000_000L;

  private final ByteBuffer time = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());

  /** Nanoseconds since the boot. */
  public long boottimeNs() {
    if (LibC.C.clock_gettime(CLOCK_BOOTTIME, time) != 0) {
      throw new IllegalStateException("clock_gettime: errno " + LibC.errno());
    }
    return time.getLong(0) * SECOND + time.getLong(8);
  }
}
