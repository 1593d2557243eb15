package io.pollux.ha.audit;

/** Something in which the standby's kernel is not as the active node's. */
public record AuditDifference(Kind kind, String name) {
  /** Seen from the standby. */
  public enum Kind {
    /** The active node has it. */
    MISSING("missing"),
    /** Only the standby has it. */
    EXTRA("extra"),
    /** Both have it, and not the same. */
    DIFFERENT("different"),
    /** An armed counter is behind what was written: only the standby can know. */
    BEHIND("counter behind");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  @Override
  public String toString() {
    return kind.text() + ": " + name;
  }
}
