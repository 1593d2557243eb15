package io.pollux.agent.diagnose;

import java.util.List;

/**
 * What is the matter with one child.
 *
 * @param finding in one sentence
 * @param evidence what it was concluded from
 * @param next what to do; empty if nothing
 */
public record Diagnosis(
    String connection,
    String child,
    Verdict verdict,
    String finding,
    List<String> evidence,
    String next) {
  public Diagnosis {
    evidence = List.copyOf(evidence);
  }
}
