package io.pollux.ha.role;

import io.pollux.ike.wire.Octets;
import java.util.Arrays;

/**
 * What decides between two nodes, on VRRP and on the link alike: the higher priority, then the
 * higher primary address of the group's first instance (RFC 9568 section 6.4.3), then, without
 * VRRP, the higher node number. Two different nodes never tie, and both find the same winner.
 *
 * @param address the first instance's primary address; empty without VRRP
 */
public record Claim(int priority, Octets address, int node) implements Comparable<Claim> {
  @Override
  public int compareTo(Claim other) {
    int byPriority = Integer.compare(priority, other.priority);
    if (byPriority != 0) {
      return byPriority;
    }
    int byAddress = Arrays.compareUnsigned(address.toArray(), other.address.toArray());
    return byAddress != 0 ? byAddress : Integer.compare(node, other.node);
  }

  /** Whether this one stays active when both are. */
  public boolean wins(Claim other) {
    return compareTo(other) > 0;
  }
}
