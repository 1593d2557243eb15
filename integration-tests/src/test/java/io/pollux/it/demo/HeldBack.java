package io.pollux.it.demo;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Filters on the switch's ports that drop one kind of IKE message each, to or from the gateway that
 * is going to die, and count. The capture sees what they drop.
 */
final class HeldBack {
  private static final String PEER_PORT = "branch";

  private final Gateway victim;

  HeldBack(Gateway victim) {
    this.victim = victim;
  }

  void start(List<CutPoint> points) {
    StringBuilder s = new StringBuilder();
    for (String port : List.of(PEER_PORT, victim.name())) {
      s.append(tc("qdisc add dev " + port + " clsact"));
    }
    for (CutPoint p : points) {
      s.append(tc(filter(p)));
    }
    Shell.script(s.toString());
  }

  /** Each filter has its tunnel's number, plus one, as its preference. */
  private String filter(CutPoint p) {
    String peer = Topology.branchAddress(p.tunnel());
    boolean theirs = p.held == CutPoint.Held.THEIR_RESPONSE;
    // Offsets from the IP header of 20 octets: UDP at 20, IKE at 28, the sender's MAC at -8.
    String ends =
        theirs
            ? "match ip src " + peer + "/32"
            : "match ip dst "
                + peer
                + "/32 match u8 0x0"
                + (victim.number() == 1 ? 'a' : 'b')
                + " 0xff at -4";
    String flags = p.held == CutPoint.Held.OUR_REQUEST ? "0x00" : "0x20";
    return "filter add dev %s egress protocol ip pref %d u32 %s match u16 500 0xffff at 22 "
            .formatted(theirs ? victim.name() : PEER_PORT, p.tunnel() + 1, ends)
        + "match u8 %d 0xff at 46 match u8 %s 0x20 at 47 action drop"
            .formatted(p.act.exchange, flags);
  }

  /** Whether a datagram of this exchange was held back. */
  boolean holds(CutPoint p) {
    String port = p.held == CutPoint.Held.THEIR_RESPONSE ? victim.name() : PEER_PORT;
    String shown =
        Shell.script(tc("-s filter show dev " + port + " egress pref " + (p.tunnel() + 1)));
    Matcher dropped = Pattern.compile("\\(dropped (\\d+),").matcher(shown);
    return dropped.find() && Long.parseLong(dropped.group(1)) > 0;
  }

  static String tc(String words) {
    return "nsenter --net=/run/netns/" + Topology.WAN + " tc " + words + "\n";
  }
}
