package io.pollux.agent.config;

import io.pollux.ha.induced.InducedPolicy;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Section {@code induced-rekey}.
 *
 * @param intervalNs how often it is looked
 * @param redundant connections whose peer is {@code redundant}: the only ones that are looked at
 */
public record InducedConfig(InducedPolicy policy, long intervalNs, Set<String> redundant) {
  public InducedConfig {
    redundant = Collections.unmodifiableSet(new LinkedHashSet<>(redundant));
  }

  static InducedConfig read(Section s, Set<String> redundant) {
    final long second = 1_000_000_000L;
    InducedPolicy standard = InducedPolicy.DEFAULT;
    int packets = s.integer("packets", (int) standard.packets(), 1, Integer.MAX_VALUE);
    long time = s.durationNs("time", standard.timeNs(), 0, 3600 * second);
    int consecutive = s.integer("consecutive", standard.consecutive(), 1, 1000);
    long quiet = s.durationNs("quiet", standard.quietNs(), second, 24 * 3600 * second);
    int perMinute = s.integer("per-minute", standard.perMinute(), 1, 10_000);
    long interval = s.durationNs("interval", second, second / 10, 60 * second);
    s.done();
    return new InducedConfig(
        new InducedPolicy(packets, time, consecutive, quiet, perMinute), interval, redundant);
  }
}
