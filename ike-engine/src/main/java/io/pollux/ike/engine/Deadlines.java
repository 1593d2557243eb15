package io.pollux.ike.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The next deadline of many things, one each: what an engine with 10,000 IKE SAs looks at instead
 * of at the SAs.
 */
final class Deadlines<K> {
  private final Map<K, Entry<K>> byKey = new LinkedHashMap<>();
  private final TreeSet<Entry<K>> byTime = new TreeSet<>(Deadlines::compare);
  private long sequence;

  private record Entry<K>(long atNs, long sequence, K key) {}

  private static int compare(Entry<?> a, Entry<?> b) {
    return a.atNs != b.atNs
        ? Long.signum(a.atNs - b.atNs) // a monotonic clock may wrap, its differences don't
        : Long.compare(a.sequence, b.sequence);
  }

  void set(K key, long atNs) {
    Entry<K> old = byKey.get(key);
    if (old != null && old.atNs == atNs) {
      return;
    }
    remove(key);
    Entry<K> entry = new Entry<>(atNs, sequence++, key);
    byKey.put(key, entry);
    byTime.add(entry);
  }

  void set(K key, OptionalLong atNs) {
    if (atNs.isPresent()) {
      set(key, atNs.getAsLong());
    } else {
      remove(key);
    }
  }

  void remove(K key) {
    Entry<K> old = byKey.remove(key);
    if (old != null) {
      byTime.remove(old);
    }
  }

  boolean contains(K key) {
    return byKey.containsKey(key);
  }

  OptionalLong at(K key) {
    Entry<K> entry = byKey.get(key);
    return entry == null ? OptionalLong.empty() : OptionalLong.of(entry.atNs);
  }

  /** Takes out the earliest key that was due by {@code nowNs}. */
  Optional<K> poll(long nowNs) {
    if (byTime.isEmpty() || byTime.first().atNs - nowNs > 0) {
      return Optional.empty();
    }
    Entry<K> first = byTime.pollFirst();
    byKey.remove(first.key);
    return Optional.of(first.key);
  }

  OptionalLong next() {
    return byTime.isEmpty() ? OptionalLong.empty() : OptionalLong.of(byTime.first().atNs);
  }

  void clear() {
    byKey.clear();
    byTime.clear();
  }
}
