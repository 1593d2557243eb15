package io.pollux.it.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for something outside this process, with a limit that only a failure reaches. */
public final class Waits {
  private static final long PAUSE_NANOS = 20_000_000;

  private Waits() {}

  /**
   * Returns as soon as CONDITION holds.
   *
   * @param limit far more than it ever takes on a slow guest: seconds, not milliseconds
   * @param description what is waited for, for the message
   * @throws AssertionError when the limit is reached or the thread is interrupted
   */
  public static void until(BooleanSupplier condition, Duration limit, String description) {
    until(condition, limit, () -> description);
  }

  /** As above; the description is made when the limit is reached. */
  public static void until(
      BooleanSupplier condition, Duration limit, Supplier<String> description) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + limit.toSeconds() + " s: " + description.get());
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting: " + description.get());
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
