package io.pollux.agent.runtime;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Counters on their way to the standby, by their index in the journal: of each child the oldest one
 * that waits, so that something is confirmed however slow the other node is, and the newest. What
 * lies between is confirmed with the newest; so nothing grows while nobody acknowledges.
 */
final class Told {
  private final Map<EspSpi, One> oldest = new LinkedHashMap<>(); // both in the order of indices
  private final Map<EspSpi, One> newest = new LinkedHashMap<>();

  private record One(long index, ReplayState state) {}

  /** {@code index} is above all before. */
  void add(long index, EspSpi child, ReplayState state) {
    One one = new One(index, state);
    if (oldest.putIfAbsent(child, one) != null) {
      newest.remove(child); // to the end
      newest.put(child, one);
    }
  }

  void acknowledged(long index, BiConsumer<EspSpi, ReplayState> confirmed) {
    take(oldest, index, confirmed);
    take(newest, index, confirmed);
  }

  private static void take(
      Map<EspSpi, One> waiting, long index, BiConsumer<EspSpi, ReplayState> confirmed) {
    Iterator<Map.Entry<EspSpi, One>> each = waiting.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<EspSpi, One> next = each.next();
      if (next.getValue().index > index) {
        return;
      }
      each.remove();
      confirmed.accept(next.getKey(), next.getValue().state);
    }
  }

  void remove(EspSpi child) {
    oldest.remove(child);
    newest.remove(child);
  }

  void clear() {
    oldest.clear();
    newest.clear();
  }

  /** How many wait. */
  int size() {
    return oldest.size() + newest.size();
  }
}
