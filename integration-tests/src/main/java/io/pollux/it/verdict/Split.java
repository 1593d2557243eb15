package io.pollux.it.verdict;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Two nodes that were active at once, of which one must remain. Required: the old node announced
 * the addresses after the new one had (there was a split); then it fell silent, and stayed so, in
 * VRRP and in ESP, although bait was laid for it; the new one claimed its addresses again, by ARP,
 * on both sides; and where the winner has met its rival, no SA that both had used at the same time
 * carries traffic any more.
 */
final class Split {
  /** The new node's advertisements that must have come after the old one's last. */
  private static final int ALONE_FOR = 4;

  private final Evidence evidence;
  private final Node oldNode;
  private final Node newNode;
  private final WanView wan;
  private final VrrpView vrrp;

  Split(Evidence evidence, Node oldNode, Node newNode, WanView wan, VrrpView vrrp) {
    this.evidence = evidence;
    this.oldNode = oldNode;
    this.newNode = newNode;
    this.wan = wan;
    this.vrrp = vrrp;
  }

  /** What does not hold, in words. */
  List<String> complaints() {
    List<String> out = new ArrayList<>();
    long taken = vrrp.first(newNode, evidence.eventNs());
    if (taken < 0 || vrrp.first(oldNode, taken) < 0) {
      out.add("the nodes were never active at the same time: there was no split");
      return out;
    }
    long silent = vrrp.last(oldNode);
    List<Long> alone = vrrp.times(newNode, silent);
    if (alone.size() < ALONE_FOR) {
      out.add(oldNode.name() + " announced the addresses until the end");
      return out;
    }
    // Its gate closes when it hears the other one: with the first advertisement of that, at the
    // latest with the last of these.
    long late = wan.countEsp(oldNode.wanMac(), alone.get(ALONE_FOR - 1), Long.MAX_VALUE);
    if (late > 0) {
      out.add(late + " ESP packets of " + oldNode.name() + " after it had yielded");
    }
    claimed(out, "wan", Evidence.OUTSIDE_VIP, newNode.wanMac(), silent);
    claimed(out, "hub", Evidence.INSIDE_VIP, newNode.lanMac(), silent);
    if (evidence.fact(Evidence.MET, "false").equals("true")) {
      retired(out, taken, silent);
    }
    return out;
  }

  private void claimed(List<String> out, String capture, String vip, long mac, long from) {
    Path file = evidence.file(capture + ".pcap");
    int address = Packet.address(evidence.fact(vip));
    if (Pcap.claims(file).stream()
        .noneMatch(c -> c.timeNs() >= from && c.mac() == mac && c.address() == address)) {
      out.add(newNode.name() + " did not announce " + evidence.fact(vip) + " again");
    }
  }

  /** SAs that both used during the split are replaced. */
  private void retired(List<String> out, long from, long to) {
    String live = String.join(" ", PeerSas.liveChildren(evidence.text("peer-sas-after.txt")));
    List<Integer> both = new ArrayList<>(wan.spis(oldNode.wanMac(), from, to));
    both.retainAll(wan.spis(newNode.wanMac(), from, to));
    if (both.isEmpty()) {
      out.add("the two nodes used no SA at the same time: the retirement of such can't be seen");
    }
    for (int spi : both) {
      if (live.contains("%08x".formatted(spi))) {
        out.add("the SA %08x, used by both nodes, was not replaced".formatted(spi));
      }
    }
  }
}
