package io.pollux.ha.induced;

/**
 * When an inbound SA that accepts nothing any more is rekeyed. Both thresholds must be reached;
 * both start over with one packet that moves the SA on.
 *
 * @param packets unacceptable packets since the last acceptable one
 * @param timeNs since the first of them was noticed
 * @param consecutive induced rekeys of a child without an acceptable packet in between, at most
 * @param quietNs between two induced rekeys of a child, at least
 * @param perMinute of all children together, at most
 */
public record InducedPolicy(
    long packets, long timeNs, int consecutive, long quietNs, int perMinute) {
  /** 64 packets over 3 s; 3 in a row, a minute apart; 10 a minute. */
  public static final InducedPolicy DEFAULT =
      new InducedPolicy(64, 3_000_000_000L, 3, 60_000_000_000L, 10);

  public InducedPolicy {
    if (packets < 1 || timeNs < 0 || consecutive < 1 || quietNs < 0 || perMinute < 1) {
      throw new IllegalArgumentException("a threshold that is always reached");
    }
  }
}
