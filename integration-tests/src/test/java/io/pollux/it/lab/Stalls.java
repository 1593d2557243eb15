package io.pollux.it.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * Times at which the machine stood still: a thread that asks for the processor twenty times in a
 * second did not get it for longer than {@link #LONG_NANOS}. No lease of the tests is shorter, and
 * nothing that runs in the lab keeps others off its processor for so long.
 */
final class Stalls {
  private static final long PAUSE_MILLIS = 50;
  private static final long LONG_NANOS = 1_000_000_000L;

  private record Stall(long endNanos, long nanos) {}

  private final List<Stall> all = new ArrayList<>();

  private Stalls() {}

  static Stalls watch() {
    Stalls stalls = new Stalls();
    Thread.ofPlatform().name("stalls").daemon().start(stalls::run);
    return stalls;
  }

  private void run() {
    long before = System.nanoTime();
    try {
      while (true) {
        synchronized (this) {
          wait(PAUSE_MILLIS);
        }
        long now = System.nanoTime();
        saw(before, now);
        before = now;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized void saw(long before, long now) {
    if (now - before > LONG_NANOS) {
      all.add(new Stall(now, now - before));
    }
  }

  /** The longest one that ended after {@code sinceNanos}, 0 if there was none. */
  synchronized long longestSince(long sinceNanos) {
    return all.stream()
        .filter(s -> s.endNanos - sinceNanos > 0)
        .mapToLong(Stall::nanos)
        .max()
        .orElse(0);
  }
}
