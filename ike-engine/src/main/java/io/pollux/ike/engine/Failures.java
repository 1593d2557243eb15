package io.pollux.ike.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How each configured child ended or failed last; one entry a child, gone when it is up. */
final class Failures {
  private final Map<Starter.Wanted, Last> last = new LinkedHashMap<>();

  record Last(String story, long atNs) {}

  void note(Starter.Wanted child, String story, long nowNs) {
    last.put(child, new Last(story, nowNs));
  }

  Optional<Last> of(Starter.Wanted child) {
    return Optional.ofNullable(last.get(child));
  }

  void up(Starter.Wanted child) {
    last.remove(child);
  }

  void retain(Set<Starter.Wanted> configured) {
    last.keySet().retainAll(configured);
  }

  void clear() {
    last.clear();
  }
}
