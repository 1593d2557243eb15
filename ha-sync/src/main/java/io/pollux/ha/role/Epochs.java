package io.pollux.ha.role;

/**
 * Numbers of reigns: counter * 2 + node number, so that two nodes can never claim the same. The
 * node number is the rank of the pinned certificates' fingerprints.
 */
public final class Epochs {
  private Epochs() {}

  /** The smallest epoch of {@code node} above {@code highest}. */
  public static long next(long highest, int node) {
    if (node != 0 && node != 1) {
      throw new IllegalArgumentException("node number " + node);
    }
    if (highest < 0 || highest > Long.MAX_VALUE - 2) {
      throw new IllegalArgumentException("epoch " + highest);
    }
    long next = highest + 1;
    return (next & 1) == node ? next : next + 1;
  }

  /** Whose it is. */
  public static int node(long epoch) {
    return (int) (epoch & 1);
  }
}
