package io.pollux.ike.engine;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Figures of one engine since its start; names are stable and lower case with underscores, and so
 * fit metrics.
 */
public record EngineStatistics(int halfOpen, int established, SortedMap<String, Long> counters) {
  public EngineStatistics {
    counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
  }
}
