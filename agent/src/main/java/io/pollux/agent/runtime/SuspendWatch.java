package io.pollux.agent.runtime;

import io.pollux.linux.LinuxClock;
import java.util.function.LongSupplier;

/**
 * Notices that the machine was suspended: {@code System.nanoTime} is CLOCK_MONOTONIC and does not
 * count that, CLOCK_BOOTTIME does. The guard looks at the same two clocks.
 */
final class SuspendWatch {
  private static final long SAME_NS = 1_000_000; // further apart they say nothing of one between
  private static final long LEAST_NS = 20_000_000;

  private final LongSupplier monotonic;
  private final LongSupplier boottime;
  private boolean known;
  private long apartNs; // what CLOCK_BOOTTIME is ahead, at most

  SuspendWatch() {
    this(System::nanoTime, new LinuxClock()::boottimeNs);
  }

  SuspendWatch(LongSupplier monotonic, LongSupplier boottime) {
    this.monotonic = monotonic;
    this.boottime = boottime;
  }

  /** For how long the machine was suspended since the last call; 0 nearly always. */
  long suspendedNs() {
    long before = monotonic.getAsLong();
    long boot = boottime.getAsLong();
    long after = monotonic.getAsLong();
    if (after - before > SAME_NS) {
      return 0; // the next call sees it
    }
    long jump = boot - after - apartNs;
    boolean jumped = known && jump >= LEAST_NS;
    known = true;
    apartNs = boot - before;
    return jumped ? jump : 0;
  }
}
