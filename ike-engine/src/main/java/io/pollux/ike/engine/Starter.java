package io.pollux.ike.engine;

import io.pollux.ike.sad.Flow;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Children that shall be up and are not: when each is tried next. Failures in a row make the waits
 * longer; an operator's DOWN holds a child back until his UP.
 */
final class Starter {
  private final EngineConfig.Backoff backoff;
  private final Entropy entropy;
  private final Deadlines<Wanted> due = new Deadlines<>();
  private final Map<Wanted, Integer> failures = new LinkedHashMap<>();
  private final Set<Wanted> held = new LinkedHashSet<>();
  private final Set<Wanted> asked = new LinkedHashSet<>();
  private final Map<Wanted, Flow> flows = new LinkedHashMap<>();
  private final Map<Wanted, Long> notBefore = new LinkedHashMap<>();
  private final Set<Wanted> singlePairs = new LinkedHashSet<>();

  record Wanted(String connection, String child) {}

  Starter(EngineConfig.Backoff backoff, Entropy entropy) {
    this.backoff = backoff;
    this.entropy = entropy;
  }

  /** To be tried as soon as possible, if it is not waiting already. */
  void want(Wanted wanted, long nowNs) {
    if (!held.contains(wanted) && !due.contains(wanted)) {
      due.set(wanted, nowNs);
    }
  }

  /** To be tried again, after a wait that grows with each failure. */
  void failed(Wanted wanted, long nowNs) {
    if (held.contains(wanted)) {
      return;
    }
    int inARow = failures.merge(wanted, 1, Integer::sum);
    long wait = backoff.waitNs(inARow);
    due.set(wanted, nowNs + wait + entropy.jitterNs(wait / 2));
  }

  /** An operator or a packet asks for it, once. */
  void ask(Wanted wanted) {
    asked.add(wanted);
  }

  /** A packet asks for it; {@link #mayAsk} has said yes. */
  void ask(Wanted wanted, Flow flow) {
    asked.add(wanted);
    flows.put(wanted, flow);
  }

  /** Whether a packet may begin it: not while it is held, and not at once after a failure. */
  boolean mayAsk(Wanted wanted, long nowNs) {
    Long from = notBefore.get(wanted);
    return !held.contains(wanted) && (from == null || nowNs - from >= 0);
  }

  /** It has failed: packets that come soon do not begin it again. */
  void askedInVain(Wanted wanted, long nowNs) {
    int inARow = failures.merge(wanted, 1, Integer::sum);
    notBefore.put(wanted, nowNs + backoff.waitNs(inARow));
  }

  Optional<Flow> flow(Wanted wanted) {
    return Optional.ofNullable(flows.get(wanted));
  }

  boolean isSinglePair(Wanted wanted) {
    return singlePairs.contains(wanted);
  }

  void setSinglePair(Wanted wanted) {
    singlePairs.add(wanted);
  }

  boolean isAsked(Wanted wanted) {
    return asked.contains(wanted);
  }

  void dropAsked(Wanted wanted) {
    asked.remove(wanted);
    flows.remove(wanted);
  }

  boolean isHeld(Wanted wanted) {
    return held.contains(wanted);
  }

  int failures(Wanted wanted) {
    return failures.getOrDefault(wanted, 0);
  }

  /** When it is tried next. */
  OptionalLong next(Wanted wanted) {
    return due.at(wanted);
  }

  /** It is up. */
  void up(Wanted wanted) {
    due.remove(wanted);
    dropAsked(wanted);
    failures.remove(wanted);
    notBefore.remove(wanted);
  }

  /** It stays down until {@link #release}. */
  void hold(Wanted wanted) {
    up(wanted);
    held.add(wanted);
  }

  void release(Wanted wanted) {
    held.remove(wanted);
  }

  /** It is not in the configuration any more. */
  void forget(Wanted wanted) {
    up(wanted);
    held.remove(wanted);
    singlePairs.remove(wanted);
  }

  Optional<Wanted> poll(long nowNs) {
    return due.poll(nowNs);
  }

  OptionalLong next() {
    return due.next();
  }

  void clear() {
    due.clear();
    failures.clear();
    held.clear();
    asked.clear();
    flows.clear();
    notBefore.clear();
    singlePairs.clear();
  }
}
