package io.pollux.agent.diagnose;

import java.util.Locale;

/** The branch of the failure tree that an outage is on. */
public enum Verdict {
  /** Traffic flows both ways. */
  HEALTHY,
  /** Up, and nothing came or went while it was looked at. */
  IDLE,
  /** Something is under way that usually ends well by itself. */
  TRANSIENT,
  /** This node or its operator keeps it from working. */
  LOCAL,
  /** IKE gets no answer. */
  CONTROL_PLANE_LOSS,
  /** IKE is up, and both ends do not agree about SAs, numbers or addresses. */
  STATE_DRIFT,
  /** The peer, or this node, does not accept what the other proposes or proves. */
  REJECTION,
  /** None of these. */
  UNKNOWN;

  /** Whether somebody has to do something. */
  public boolean needsAttention() {
    return switch (this) {
      case HEALTHY, IDLE, TRANSIENT -> false;
      case LOCAL, CONTROL_PLANE_LOSS, STATE_DRIFT, REJECTION, UNKNOWN -> true;
    };
  }

  /** For people: {@code state drift}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
