package io.pollux.netlink.xfrm;

/**
 * The number that ties a policy's template to its SAs. The kernel takes any; 0 matches every SA.
 *
 * @param value 32 unsigned bits
 */
public record Reqid(int value) {
  /** No reqid: matches every SA. */
  public static final Reqid ZERO = new Reqid(0);

  @Override
  public String toString() {
    return Integer.toUnsignedString(value);
  }
}
