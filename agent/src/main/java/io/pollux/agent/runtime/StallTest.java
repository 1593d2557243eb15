package io.pollux.agent.runtime;

import java.util.concurrent.locks.LockSupport;

/**
 * How late this machine wakes a thread that asks for little: decides whether very short
 * advertisement intervals are allowed.
 */
final class StallTest {
  private static final int ROUNDS = 20;
  private static final int FAST_ROUNDS = 200;
  private static final long FAST_NS = 100_000_000L;
  private static final long PAUSE_NS = 5_000_000L;

  private StallTest() {}

  /** The longest delay of a wake-up: within a second where it matters, else within a tenth. */
  static long measureNs(long advertiseIntervalNs) {
    long worst = 0;
    int rounds = advertiseIntervalNs < FAST_NS ? FAST_ROUNDS : ROUNDS;
    for (int i = 0; i < rounds; i++) {
      long before = System.nanoTime();
      LockSupport.parkNanos(PAUSE_NS);
      worst = Math.max(worst, System.nanoTime() - before - PAUSE_NS);
    }
    return worst;
  }
}
