package io.pollux.it.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was cut during a scenario, and whether it shows: a filter that dropped nothing cut nothing,
 * and a resync is proven only by SAs that the standby cannot have had before.
 */
final class Cuts {
  private static final Pattern DROPPED = Pattern.compile("\\(dropped (\\d+)");

  private Cuts() {}

  /** Whether the link was down or VRRP kept away at a time before the blow. */
  static boolean isCut(Evidence e, long timeNs) {
    return timeNs >= Long.parseLong(e.fact(Evidence.CUT_NS, Long.toString(Long.MAX_VALUE)));
  }

  /** What does not hold, in words. */
  static List<String> complaints(Evidence e) {
    List<String> out = new ArrayList<>();
    for (String filter : e.list(Evidence.FILTERS, "")) {
      long dropped = 0;
      Matcher m = DROPPED.matcher(e.text(filter));
      while (m.find()) {
        dropped += Long.parseLong(m.group(1));
      }
      if (dropped == 0) {
        out.add("the filter of " + filter + " dropped nothing: there was no cut");
      }
    }
    String standby = e.fact(Evidence.RESYNCED, "");
    if (!standby.isEmpty()) {
      Set<Integer> early = e.xfrm("peer", "early").keySet();
      Set<Integer> before = e.xfrm("peer", "before").keySet();
      if (early.containsAll(before)) {
        out.add("no SA was replaced while the link was cut: a resync can't be seen");
      }
      if (!e.xfrm(standby, "before").keySet().containsAll(before)) {
        out.add(standby + " had not the peer's SAs in its kernel when the link was back");
      }
    }
    return out;
  }
}
