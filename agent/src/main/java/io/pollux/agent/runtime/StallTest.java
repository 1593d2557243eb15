package io.pollux.agent.runtime;

import java.util.concurrent.locks.LockSupport;

/**
 * How late this machine wakes a thread that asks for little: decides whether very short
 * advertisement intervals are allowed.
 */
final class StallTest {
  private static final int ROUNDS = 20;
  private static final long PAUSE_NS = 5_000_000L;

  private StallTest() {}

  /** The longest delay of a wake-up within a tenth of a second. */
  static long measureNs() {
    long worst = 0;
    for (int i = 0; i < ROUNDS; i++) {
      long before = System.nanoTime();
      LockSupport.parkNanos(PAUSE_NS);
      worst = Math.max(worst, System.nanoTime() - before - PAUSE_NS);
    }
    return worst;
  }
}
