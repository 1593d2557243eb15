package io.pollux.ha.gate;

import java.net.InetAddress;
import java.util.Collection;
import java.util.List;

/**
 * {@code ip rule pref 1 from VIP/32 blackhole} (FR_ACT_BLACKHOLE, linux/fib_rules.h), for IPv6 with
 * /128. Preference 1 is the first one that can be chosen freely: 0 is the kernel's own lookup of
 * the {@code local} table, which answers for no remote destination.
 */
public record GateRule(InetAddress vip) {
  /** FRA_PRIORITY of every gate rule. */
  public static final int PREFERENCE = 1;

  /** FRA_SRC's prefix length: the address alone. */
  public int prefixLength() {
    return vip.getAddress().length * 8;
  }

  /** One rule per distinct address, in the given order. */
  public static List<GateRule> of(Collection<InetAddress> vips) {
    return vips.stream().distinct().map(GateRule::new).toList();
  }

  @Override
  public String toString() {
    return "pref "
        + PREFERENCE
        + " from "
        + vip.getHostAddress()
        + "/"
        + prefixLength()
        + " blackhole";
  }
}
