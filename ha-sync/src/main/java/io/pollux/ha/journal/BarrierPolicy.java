package io.pollux.ha.journal;

/**
 * How long and how much waits for the standby.
 *
 * @param boundNs how long an item waits at most, nanoseconds
 * @param maxItems how many wait at most, over all IKE SAs
 */
public record BarrierPolicy(long boundNs, int maxItems) {
  /** 50 ms, 16,384 messages. */
  public static final BarrierPolicy DEFAULT = new BarrierPolicy(50_000_000, 16_384);

  public BarrierPolicy {
    if (boundNs < 1 || maxItems < 1) {
      throw new IllegalArgumentException("barrier of " + boundNs + " ns, " + maxItems + " items");
    }
  }
}
