package io.pollux.ha.counters;

/**
 * The outbound counter with which an SA may stand in a standby's kernel, or why it may not.
 *
 * <p>Limits: an SA without ESN ends at 2^32 - 2, the last value that the kernel accepts, and keeps
 * room for two takeovers or is to be rekeyed before one. With ESN a receiver follows jumps up to
 * just under 2^32 (RFC 4303 appendix A2.2 infers the high half): the sum of jumps that no delivered
 * packet has followed stays below 2^32 - 4096. Nothing in ESP or IKE proves a delivery, so all
 * jumps of a key count ({@link io.pollux.ike.sad.Jumps}).
 */
public sealed interface Arming {
  /** Sum of jumps with ESN stays below this. */
  long ESN_LIMIT = (1L << 32) - 4096;

  /**
   * A sum of jumps that says: this key must not send any more, with ESN or without. Marks an SA
   * that a takeover had to shut, until it is rekeyed.
   */
  long SPENT = 1L << 33;

  /** Largest oseq without ESN. */
  long LAST_WITHOUT_ESN = (1L << 32) - 2;

  /** Largest oseq with ESN: all ones is refused. */
  long LAST_WITH_ESN = -2L;

  /**
   * Armed.
   *
   * @param oseq the counter, unsigned; the first packet carries the next number
   * @param jump how far ahead of the reading
   * @param rekeySoon the number space is too short for a second takeover
   */
  record At(long oseq, long jump, boolean rekeySoon) implements Arming {}

  /** Must not send before it is rekeyed. */
  record RekeyFirst(Why why) implements Arming {}

  /** Why not. */
  enum Why {
    /** Jumps without a delivered packet would exceed what a receiver follows. */
    JUMPS_TOO_LONG("the sum of jumps would exceed what the peer accepts"),
    /** Too near the end of the sequence numbers. */
    NUMBERS_EXHAUSTED("too few sequence numbers are left"),
    /** The policy is to rekey. */
    POLICY("jump = rekey"),
    /** No reading was ever received. */
    NEVER_SYNCED("no counter was ever received"),
    /** A takeover could not write its counter. */
    REFUSED("the kernel refuses its counter");

    private final String text;

    Why(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /**
   * Computes it.
   *
   * @param base the number from which to jump: the reading, or the estimate of what was used since;
   *     unsigned
   * @param jump wanted; 0 to {@link #ESN_LIMIT}
   * @param debt sum of the key's earlier jumps, and estimates
   */
  static Arming arm(long base, long jump, boolean esn, long debt) {
    if (jump < 0 || debt < 0) {
      throw new IllegalArgumentException("jump " + jump + ", debt " + debt);
    }
    long last = esn ? LAST_WITH_ESN : LAST_WITHOUT_ESN;
    if (Long.compareUnsigned(base, last) > 0 || Long.compareUnsigned(last - base, jump) < 0) {
      return new RekeyFirst(Why.NUMBERS_EXHAUSTED);
    }
    if (debt >= SPENT || esn && (debt >= ESN_LIMIT || jump >= ESN_LIMIT - debt)) {
      return new RekeyFirst(Why.JUMPS_TOO_LONG);
    }
    boolean shortOfTwo = Long.compareUnsigned(last - base, 2 * jump) < 0;
    boolean longForTwo = esn && jump >= ESN_LIMIT - debt - jump;
    return new At(base + jump, jump, shortOfTwo || longForTwo);
  }
}
