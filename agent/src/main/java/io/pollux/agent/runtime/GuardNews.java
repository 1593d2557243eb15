package io.pollux.agent.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Once a second, what the guard hears about the daemon from the moment that it is ready: its state
 * in words, which the service manager shows, and a pulse from the thread of the SAs, so that an
 * engine that hangs is ended and started again. (The lease is another matter: it belongs to the
 * role thread of a pair.)
 */
final class GuardNews {
  private static final long PULSE_MS = 1000;

  private final Consumer<String> notice;
  private final Runnable beat;
  private final Supplier<CompletableFuture<?>> engine;
  private final Supplier<String> state;
  private CompletableFuture<?> asked = CompletableFuture.completedFuture(null);
  private String said = "";

  /**
   * @param notice tells the guard a state, {@link io.pollux.agent.guard.GuardPage#notice}
   * @param beat moves the pulse
   * @param engine asks the thread of the SAs for a sign of life; done when it has answered
   * @param state the daemon's state, empty as long as it is not ready
   */
  GuardNews(
      Consumer<String> notice,
      Runnable beat,
      Supplier<CompletableFuture<?>> engine,
      Supplier<String> state) {
    this.notice = notice;
    this.beat = beat;
    this.engine = engine;
    this.state = state;
  }

  void start() {
    Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("pulse").daemon().factory())
        .scheduleWithFixedDelay(this::turn, 0, PULSE_MS, TimeUnit.MILLISECONDS);
  }

  void turn() {
    if (asked.isDone()) {
      asked = engine.get().thenRun(beat);
    }
    String now = state.get();
    if (!now.isEmpty() && !now.equals(said)) {
      notice.accept(now);
      said = now;
    }
  }
}
