package io.pollux.ike.policy;

import io.pollux.ike.sad.TrafficSelector;
import java.util.List;

/**
 * How many pairs of prefixes and blocks of ports a Child SA's selectors come to: a policy of the
 * kernel takes one prefix and one block of 2^n ports on each side, and each pair takes two or three
 * policies. A peer chooses the ranges that become them (RFC 7296 section 2.9), so that their
 * product is looked at before anything is made of it.
 */
public final class SelectorPairs {
  /** More are refused with TS_UNACCEPTABLE. */
  public static final int MAX = 4_096;

  private static final int ANY_PORT_END = 65_535;

  private SelectorPairs() {}

  /** Whether there are at most {@link #MAX}. */
  public static boolean fit(List<TrafficSelector> local, List<TrafficSelector> remote) {
    return count(local, remote) <= MAX;
  }

  /** For refusals. */
  public static String story(List<TrafficSelector> local, List<TrafficSelector> remote) {
    return "the ranges of addresses and ports come to "
        + count(local, remote)
        + " pairs of prefixes, and "
        + MAX
        + " is the most: "
        + shortened(local)
        + " <-> "
        + shortened(remote);
  }

  private static String shortened(List<TrafficSelector> selectors) {
    return selectors.size() <= 4
        ? selectors.toString()
        : selectors.subList(0, 4) + " and " + (selectors.size() - 4) + " more";
  }

  /** The pairs, exactly. */
  static long count(List<TrafficSelector> local, List<TrafficSelector> remote) {
    long[] there = remote.stream().mapToLong(SelectorPairs::prefixes).toArray();
    long all = 0;
    for (TrafficSelector l : local) {
      long here = prefixes(l);
      for (int i = 0; i < there.length; i++) {
        TrafficSelector r = remote.get(i);
        boolean meet =
            l.from().getAddress().length == r.from().getAddress().length
                && (l.protocol() == r.protocol() || l.protocol() == 0 || r.protocol() == 0);
        if (meet) {
          all += here * there[i] * ports(l, r);
        }
      }
    }
    return all;
  }

  private static long prefixes(TrafficSelector selector) {
    return Narrowing.toPrefixes(selector).size();
  }

  private static long ports(TrafficSelector l, TrafficSelector r) {
    int protocol = Math.max(l.protocol(), r.protocol());
    boolean icmp = protocol == 1 || protocol == 58; // one type with one code, or all
    return icmp ? 1 : (long) blocks(l) * blocks(r);
  }

  /** The fewest blocks of 2^n ports that are exactly the range; OPAQUE counts as one. */
  private static int blocks(TrafficSelector ts) {
    int blocks = 0;
    int at = ts.startPort();
    while (at <= ts.endPort()) {
      int aligned = at == 0 ? ANY_PORT_END + 1 : Integer.lowestOneBit(at);
      at += Math.min(aligned, Integer.highestOneBit(ts.endPort() - at + 1));
      blocks++;
    }
    return Math.max(1, blocks);
  }
}
