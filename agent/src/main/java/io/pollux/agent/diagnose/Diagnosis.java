package io.pollux.agent.diagnose;

import java.util.List;
import java.util.Optional;

/**
 * What is the matter with one child.
 *
 * @param among which one of several peers that have this child, by its address; empty = no more
 *     than one has it
 * @param finding in one sentence
 * @param evidence what it was concluded from
 * @param next what to do; empty if nothing
 */
public record Diagnosis(
    String connection,
    String child,
    Optional<String> among,
    Verdict verdict,
    String finding,
    List<String> evidence,
    String next) {
  public Diagnosis {
    evidence = List.copyOf(evidence);
  }
}
