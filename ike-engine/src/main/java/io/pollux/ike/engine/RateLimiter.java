package io.pollux.ike.engine;

import java.util.Map;
import java.util.TreeMap;

/**
 * Lets a few of each kind through per second, so that a stranger can fill neither the log nor the
 * wire.
 */
final class RateLimiter {
  private static final long SECOND = 1_000_000_000L;

  private final int perSecond;
  private final Map<String, Window> windows = new TreeMap<>();

  private record Window(long startNs, int count) {}

  RateLimiter(int perSecond) {
    this.perSecond = perSecond;
  }

  /** Whether one more of {@code kind}, one of a fixed set of names, may pass. */
  boolean allow(String kind, long nowNs) {
    Window window = windows.get(kind);
    if (window == null || nowNs - window.startNs >= SECOND) {
      window = new Window(nowNs, 0);
    }
    if (window.count >= perSecond) {
      return false;
    }
    windows.put(kind, new Window(window.startNs, window.count + 1));
    return true;
  }
}
