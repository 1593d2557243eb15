package io.pollux.ike.sa;

import java.util.Arrays;
import java.util.OptionalLong;

/** The timers of one IKE SA: a deadline per kind, or none. */
public final class Timers {
  private static final Kind[] KINDS = Kind.values();

  private final long[] due = new long[KINDS.length];
  private final boolean[] set = new boolean[KINDS.length];

  /** What waits for a point in time. */
  public enum Kind {
    /** Repeat the outstanding request (RFC 7296 section 2.4). */
    RETRANSMIT,
    /** Give a half-open IKE SA up. */
    HALF_OPEN,
    /** Do not wait any longer for a signature or the verdict on a certificate. */
    PROOF,
    /** The IKE SA's soft lifetime. */
    REKEY,
    /** The IKE SA's hard lifetime. */
    EXPIRE,
    /** Begin a new IKE SA with a new authentication, or end this one (RFC 4478). */
    REAUTH,
    /** Ask a silent peer whether it lives. */
    LIVENESS,
    /** Keep a NAT's mapping open (RFC 3948 section 4). */
    NAT_KEEPALIVE,
    /** A replaced IKE SA has waited long enough for the peer's Delete. */
    CLOSE,
    /** Repeat the question for message IDs (RFC 6311). */
    SYNC,
    /** Forget a CREATE_CHILD_SA whose IKE_FOLLOWUP_KE does not come (RFC 9370). */
    FOLLOW_UP,
    /** Forget fragments that do not become a message (RFC 7383 section 2.6). */
    FRAGMENTS
  }

  public void set(Kind kind, long atNs) {
    due[kind.ordinal()] = atNs;
    set[kind.ordinal()] = true;
  }

  public void clear(Kind kind) {
    set[kind.ordinal()] = false;
  }

  public void clearAll() {
    Arrays.fill(set, false);
  }

  public boolean isSet(Kind kind) {
    return set[kind.ordinal()];
  }

  /** Whether {@code kind} was due by {@code nowNs}; if so it is cleared. */
  public boolean fired(Kind kind, long nowNs) {
    int i = kind.ordinal();
    if (!set[i] || nowNs - due[i] < 0) {
      return false;
    }
    set[i] = false;
    return true;
  }

  /** The earliest deadline. */
  public OptionalLong next() {
    OptionalLong next = OptionalLong.empty();
    for (int i = 0; i < due.length; i++) {
      if (set[i]) {
        next = earlier(next, due[i]);
      }
    }
    return next;
  }

  /** The earlier of {@code a}, if there is one, and {@code b}. */
  public static OptionalLong earlier(OptionalLong a, long b) {
    return a.isPresent() && a.getAsLong() - b <= 0 ? a : OptionalLong.of(b);
  }
}
