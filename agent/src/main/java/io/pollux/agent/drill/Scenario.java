package io.pollux.agent.drill;

/** What every drill does, in this order. */
public enum Scenario {
  /** The engine of the active node is killed: its IKE ends, the kernel's SAs do not. */
  CONTROL_PLANE("control-plane", "control-plane interruption"),
  /**
   * The outside interface of the active node goes down: its packets end, IKE's process does not.
   */
  DATA_PLANE("data-plane", "data-plane disruption"),
  /** The role is handed over by order, and back: both ways must cost the same. */
  FAILBACK("failback", "failback symmetry");

  private final String id;
  private final String title;

  Scenario(String id, String title) {
    this.id = id;
    this.title = title;
  }

  /** As in the report for programs. */
  public String id() {
    return id;
  }

  /** As in the report for people. */
  public String title() {
    return title;
  }

  static Scenario of(String id) {
    for (Scenario s : values()) {
      if (s.id.equals(id)) {
        return s;
      }
    }
    throw new IllegalArgumentException("not a scenario: " + id);
  }
}
