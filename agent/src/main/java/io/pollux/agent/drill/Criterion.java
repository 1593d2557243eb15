package io.pollux.agent.drill;

import java.util.List;

/**
 * One thing that must hold, and whether it did.
 *
 * @param id stable: {@code control-plane.traffic}
 * @param demand what must hold, in one sentence
 * @param findings what was seen that decides it, a sentence each
 */
public record Criterion(String id, String demand, Outcome outcome, List<String> findings) {
  public Criterion {
    findings = List.copyOf(findings);
  }

  /** Whether nothing failed; of no criteria at all: false. */
  public static boolean allHold(List<Criterion> criteria) {
    return !criteria.isEmpty() && criteria.stream().noneMatch(c -> c.outcome() == Outcome.FAILED);
  }
}
