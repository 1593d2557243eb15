package io.pollux.it.demo;

import io.pollux.it.lab.GuestKernel;
import io.pollux.it.lab.Wires;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * The switch captures; meanwhile each guest is asked for the time again and again, and how long the
 * slowest answer took says what the times of this drill are worth.
 */
final class GuestRecording implements Site.Recording {
  /** For what is still in the guests' queues. */
  private static final long SETTLE_MILLIS = 2000;

  private static final long PAUSE_MILLIS = 200;

  private final Wires wires;
  private volatile boolean stopped;
  private volatile long slowestNanos;

  /**
   * @param guests those that stand now: they change with a power cut
   */
  GuestRecording(Wires wires, Supplier<List<GuestKernel>> guests) {
    this.wires = wires;
    Thread.ofVirtual().start(() -> sample(guests));
  }

  private void sample(Supplier<List<GuestKernel>> guests) {
    while (!stopped) {
      for (GuestKernel guest : guests.get()) {
        try {
          slowestNanos = Math.max(slowestNanos, guest.roundTripNanos());
        } catch (CompletionException _) {
          // It has no power.
        }
      }
      Shell.pause(PAUSE_MILLIS);
    }
  }

  @Override
  public void stop() {
    Shell.pause(SETTLE_MILLIS);
    stopped = true;
    wires.stopCapture();
  }

  @Override
  public Map<String, String> figures() {
    return Map.of("slowestAnswerMillis", Long.toString(slowestNanos / 1_000_000));
  }

  @Override
  public void close() {
    if (!stopped) {
      stopped = true;
      wires.stopCapture();
    }
  }
}
