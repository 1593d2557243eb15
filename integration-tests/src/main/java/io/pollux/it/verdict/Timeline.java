package io.pollux.it.verdict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A scenario over time, for drawing. Times are milliseconds from the blow.
 *
 * @param fromMillis where the bins begin
 * @param hubToBranch packets that arrived at the branch's LAN, per {@link #BIN_MILLIS}
 * @param branchToHub packets that arrived at the hub's LAN
 * @param marks changes of who announces the virtual addresses
 * @param steps where each outbound SA's sequence numbers went on
 */
public record Timeline(
    int fromMillis, int[] hubToBranch, int[] branchToHub, List<Mark> marks, List<Step> steps) {
  /** Width of a bin. */
  public static final int BIN_MILLIS = 10;

  private static final int BEFORE_MILLIS = 1000;
  private static final int AFTER_MILLIS = 6500;

  /** Something that happened, and when. */
  public record Mark(double millis, String text) {}

  /** An outbound SA's last number of the old node and first number of the new one. */
  public record Step(String spi, long lastOfOld, long firstOfNew) {}

  /** Reads the captures of a scenario. */
  public static Timeline of(Evidence e) {
    long event = e.eventNs();
    int bins = (BEFORE_MILLIS + AFTER_MILLIS) / BIN_MILLIS;
    int[] toBranch = count(e, "branch", Set.of(e.mac("branch-lan")), Evidence.HUB_TO_BRANCH, bins);
    int[] toHub =
        count(e, "hub", Set.of(e.mac("gw-a.lan"), e.mac("gw-b.lan")), Evidence.BRANCH_TO_HUB, bins);
    int used = used(toBranch, toHub);
    return new Timeline(
        -BEFORE_MILLIS,
        java.util.Arrays.copyOf(toBranch, used),
        java.util.Arrays.copyOf(toHub, used),
        marks(e, event),
        steps(e, event));
  }

  private static int[] count(Evidence e, String capture, Set<Long> from, String flows, int bins) {
    Set<Integer> wanted = new HashSet<>(e.flows(flows));
    int[] out = new int[bins];
    for (Packet p : e.capture(capture)) {
      long bin = Math.floorDiv((p.timeNs() - e.eventNs()) / 1_000_000 + BEFORE_MILLIS, BIN_MILLIS);
      if (bin >= 0 && bin < bins && from.contains(p.sourceMac()) && wanted.contains(p.flow())) {
        out[(int) bin]++;
      }
    }
    return out;
  }

  private static int used(int[] a, int[] b) {
    int n = a.length;
    while (n > 1 && a[n - 1] == 0 && b[n - 1] == 0) {
      n--;
    }
    return n;
  }

  private static List<Mark> marks(Evidence e, long event) {
    List<Mark> out = new ArrayList<>();
    for (VrrpView.Change c : new VrrpView(e.capture("hub"), e.capture("wan")).changes()) {
      String who = Node.of(e, "gw-a").has(c.sourceMac()) ? "gw-a" : "gw-b";
      out.add(
          new Mark(
              (c.timeNs() - event) / 1e6,
              "VRID " + c.vrid() + ": " + who + (c.goodbye() ? " says goodbye" : " active")));
    }
    return out;
  }

  private static List<Step> steps(Evidence e, long event) {
    Node old = Node.of(e, e.fact(Evidence.OLD_NODE));
    Node next = Node.of(e, e.fact(Evidence.NEW_NODE));
    if (old.name().equals(next.name())) {
      return List.of();
    }
    WanView wan =
        new WanView(e.capture("wan"), e.xfrm("peer", "before"), new ClearText(List.of()), Set.of());
    return wan.steps(old.wanMac(), next.wanMac(), event).stream()
        .map(s -> new Step("%08x".formatted(s.spi()), s.lastOfOld(), s.firstOfNew()))
        .toList();
  }
}
