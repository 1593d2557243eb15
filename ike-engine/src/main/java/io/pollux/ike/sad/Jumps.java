package io.pollux.ike.sad;

/**
 * What takeovers have done to the outbound sequence number of a Child SA.
 *
 * <p>The sum is never reset: nothing in ESP or IKE acknowledges an ESP packet (a liveness answer
 * proves the peer's IKE, inbound traffic the peer's sending), so that no jump can be shown to have
 * been followed by a delivered packet. It ends with the key: a rekeyed child begins with {@link
 * #NONE}.
 *
 * @param takeovers how many reigns after the first have sent on this SA
 * @param packets the sum of their forward steps
 */
public record Jumps(int takeovers, long packets) {
  /** No takeover yet. */
  public static final Jumps NONE = new Jumps(0, 0);

  public Jumps {
    if (takeovers < 0 || packets < 0) {
      throw new IllegalArgumentException(takeovers + " takeovers, " + packets + " packets");
    }
  }

  /** The larger of each. */
  public Jumps max(Jumps other) {
    return new Jumps(Math.max(takeovers, other.takeovers), Math.max(packets, other.packets));
  }
}
