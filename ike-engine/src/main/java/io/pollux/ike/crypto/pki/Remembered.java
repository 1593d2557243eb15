package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Octets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A bounded memory; what came first goes first. Any thread may use it. It never iterates: its order
 * is that of the queue.
 */
final class Remembered<V> {
  private final int max;
  private final Map<Octets, V> values = new ConcurrentHashMap<>();
  private final Queue<Octets> order = new ConcurrentLinkedQueue<>(); // each key of values, once

  Remembered(int max) {
    this.max = max;
  }

  /** Null if it is not there. */
  V get(Octets key) {
    return values.get(key);
  }

  void put(Octets key, V value) {
    if (values.put(key, value) == null) {
      order.add(key);
      while (values.size() > max) {
        Octets oldest = order.poll();
        if (oldest == null) {
          return; // others are making room
        }
        values.remove(oldest);
      }
    }
  }

  void forget(Octets key) {
    if (values.remove(key) != null) {
      order.remove(key);
    }
  }

  int size() {
    return values.size();
  }
}
