package io.pollux.ike.engine;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A configured child that is not up, and why.
 *
 * @param failure how the last attempt or the last SA ended; empty = none since this node is active
 * @param failedNs when, on the clock of {@link IkeEngine#step}
 * @param failures in a row
 * @param nextTryNs when it is tried again by itself
 */
public record ChildDown(
    String connection,
    String child,
    State state,
    Optional<String> failure,
    long failedNs,
    int failures,
    OptionalLong nextTryNs) {

  /** What is being done about it. */
  public enum State {
    /** An exchange is under way. */
    NEGOTIATING,
    /** It shall be up, and will be tried again. */
    WAITING,
    /** An operator has taken it down. */
    HELD,
    /** It is for the peer, an operator or the first packet to start it. */
    PASSIVE
  }

  /** Whether it is down though it shall be up. */
  public boolean isTrouble() {
    return switch (state) {
      case NEGOTIATING, WAITING -> true;
      case HELD, PASSIVE -> false;
    };
  }
}
