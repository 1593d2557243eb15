package io.pollux.agent.hooks;

import io.pollux.agent.config.HaConfig;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one program again and again and says when its state changes: down after {@code fall}
 * failures in a row, up after {@code rise} successes. Until then it counts as up.
 */
public final class Check {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.check");

  /** Who hears of changes, on the check's thread. */
  public interface Listener {
    void changed(String name, boolean up);
  }

  private final HaConfig.Check config;
  private final Listener listener;
  private boolean up = true;
  private int streak;

  public Check(HaConfig.Check config, Listener listener) {
    this.config = config;
    this.listener = listener;
  }

  /** Begins; it ends with the process. */
  public void start() {
    Thread.ofPlatform().name("check-" + config.name()).daemon().start(this::run);
  }

  private void run() {
    try {
      while (true) {
        long began = System.nanoTime();
        BoundedCommand.Outcome outcome =
            BoundedCommand.run(
                config.command(), Map.of("POLLUX_CHECK", config.name()), config.timeoutNs());
        if (count(outcome.ok())) {
          LOG.warn("check={} {}: {}", config.name(), up ? "up" : "DOWN", outcome.detail());
          listener.changed(config.name(), up);
        }
        long left = config.intervalNs() - (System.nanoTime() - began);
        TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counts one result; true when the state has changed by it. */
  boolean count(boolean ok) {
    streak = ok == up ? 0 : streak + 1;
    if (streak < (up ? config.fall() : config.rise())) {
      return false;
    }
    up = ok;
    streak = 0;
    return true;
  }

  boolean isUp() {
    return up;
  }
}
