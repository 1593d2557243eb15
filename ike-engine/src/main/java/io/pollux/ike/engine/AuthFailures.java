package io.pollux.ike.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Peers that did not prove who they are, by where they come from. After some failures in a row
 * first messages from there are dropped for a while, which each further failure makes longer. It
 * stays so short that others behind the same NAT get in by retransmission.
 */
final class AuthFailures {
  private static final long SECOND = 1_000_000_000L;
  private static final int FREE = 5; // failures that cost nothing
  private static final long LONGEST_NS = 4 * SECOND;
  private static final long FORGET_NS = 60 * SECOND;
  private static final int MAX = 1024; // the oldest goes

  private final Map<Network, Failed> failed = new LinkedHashMap<>();

  private record Failed(int times, long lastNs) {
    boolean isOver(long nowNs) {
      return nowNs - lastNs >= FORGET_NS;
    }

    long holdNs() {
      return times < FREE ? 0 : Math.min(LONGEST_NS, SECOND << Math.min(times - FREE, 10));
    }
  }

  void failed(Network network, long nowNs) {
    Failed before = failed.remove(network);
    if (failed.size() >= MAX) {
      failed.remove(failed.keySet().iterator().next());
    }
    int times = before == null || before.isOver(nowNs) ? 0 : before.times;
    failed.put(network, new Failed(times + 1, nowNs));
  }

  void proven(Network network) {
    failed.remove(network);
  }

  boolean isHeld(Network network, long nowNs) {
    Failed last = failed.get(network);
    return last != null && nowNs - last.lastNs < last.holdNs();
  }

  void clear() {
    failed.clear();
  }
}
