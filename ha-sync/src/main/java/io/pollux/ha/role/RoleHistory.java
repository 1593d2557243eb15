package io.pollux.ha.role;

import io.pollux.ha.takeover.TakeoverRecord;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The last transitions and takeovers, and how often each reason occurred. */
public final class RoleHistory {
  private static final int TRANSITIONS = 256; // some days of a node that is well, minutes of a flap
  private static final int TAKEOVERS = 32;

  private final ArrayDeque<Transition> transitions = new ArrayDeque<>();
  private final ArrayDeque<TakeoverRecord> takeovers = new ArrayDeque<>();
  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);

  RoleHistory() {}

  void add(Transition transition) {
    if (transitions.size() == TRANSITIONS) {
      transitions.removeFirst();
    }
    transitions.addLast(transition);
    counts.merge(transition.reason(), 1L, Long::sum);
  }

  void add(TakeoverRecord takeover) {
    if (takeovers.size() == TAKEOVERS) {
      takeovers.removeFirst();
    }
    takeovers.addLast(takeover);
  }

  /** Oldest first. */
  public List<Transition> transitions() {
    return List.copyOf(transitions);
  }

  /** Oldest first. */
  public List<TakeoverRecord> takeovers() {
    return List.copyOf(takeovers);
  }

  /** Transitions by reason since the start. */
  public Map<Reason, Long> counts() {
    return new EnumMap<>(counts);
  }
}
