package io.pollux.ike.sa;

/** Unprotected messages that a peer without its state may have sent (RFC 7296 section 2.21.4). */
public final class Hints {
  private static final long PAUSE_NS = 60_000_000_000L;

  private boolean any;
  private long lastNs;

  Hints() {}

  /** Whether one is looked at now; others follow a minute later at the earliest. */
  public boolean take(long nowNs) {
    if (any && nowNs - lastNs < PAUSE_NS) {
      return false;
    }
    any = true;
    lastNs = nowNs;
    return true;
  }

  /** Whether there was one in the last few minutes. */
  public boolean isRecent(long nowNs) {
    return any && nowNs - lastNs < 5 * PAUSE_NS;
  }
}
