package io.pollux.agent.drill;

/** How a criterion came out. */
public enum Outcome {
  MET("met"),
  /** It asks for a repair that was not needed: the same SAs went on carrying the traffic. */
  SUPERSEDED("superseded by continuity"),
  FAILED("failed");

  private final String text;

  Outcome(String text) {
    this.text = text;
  }

  /** As in both reports. */
  public String text() {
    return text;
  }
}
