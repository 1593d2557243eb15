package io.pollux.ha.gate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** How the gate stands, judged by the rules that are in the kernel. */
public sealed interface GateState {
  /** Every VIP has its rule. */
  record Closed() implements GateState {}

  /** No VIP has its rule. */
  record Open() implements GateState {}

  /** Some rules are missing; counts as open. */
  record Ajar(List<GateRule> missing) implements GateState {
    public Ajar {
      missing = List.copyOf(missing);
    }
  }

  /**
   * Compares.
   *
   * @param wanted the rules of a closed gate
   * @param installed the gate rules that a dump showed
   */
  static GateState of(List<GateRule> wanted, Collection<GateRule> installed) {
    List<GateRule> missing = new ArrayList<>(wanted);
    missing.removeAll(installed);
    if (missing.isEmpty()) {
      return new Closed();
    }
    return missing.size() == wanted.size() ? new Open() : new Ajar(missing);
  }
}
