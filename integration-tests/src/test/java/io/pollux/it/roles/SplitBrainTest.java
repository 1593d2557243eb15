package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import io.pollux.it.vrrp.Lan;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cuts of the segment, of the link, of both, in one direction; and what happens when they heal. */
@LabTest
class SplitBrainTest {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  @TempDir Path dir;

  /** Rows of the decision table that do not lead to a takeover, and the one where both are cut. */
  @Test
  void oneCutIsNoReasonAndAHealedSplitLeavesOne() {
    try (Pair pair = new Pair(dir, "", "")) {
      pair.start();
      pair.onlyAnnounces(Pair.A, 4);

      // VRRP silent, link up, active healthy: an alarm.
      int mark = pair.tap.mark();
      pair.cut(Lan.SEGMENT, true, "pb");
      Waits.until(
          () -> pair.b.log().contains("VRRP silent, but the active node is healthy: no takeover"),
          GENEROUS,
          "the alarm");
      pair.tap.awaitAdverts(Pair.A, mark, 12);
      assertThat(pair.tap.announcers(mark)).containsExactly(Pair.A);
      pair.silenced(pair.b);
      pair.cut(Lan.SEGMENT, false, "pb");

      // Link cut, VRRP heard: stay.
      mark = pair.tap.mark();
      pair.cut(Lan.LINK, true, "pa", "pb");
      Waits.until(() -> pair.b.status("state").equals("stale"), GENEROUS, "a stale copy");
      pair.tap.awaitAdverts(Pair.A, pair.tap.mark(), 10);
      assertThat(pair.tap.announcers(mark)).containsExactly(Pair.A);

      // Both: two actives, which nothing can prevent.
      mark = pair.tap.mark();
      pair.cut(Lan.SEGMENT, true, "pa", "pb");
      pair.tap.awaitAdverts(Pair.B, mark, 4);
      assertThat(pair.tap.announcers(mark)).containsExactlyInAnyOrder(Pair.A, Pair.B);
      assertThat(pair.b.log()).contains("taking over with a stale copy");

      // Healed: the better claim stays and announces again, the other one follows it.
      mark = pair.tap.mark();
      pair.cut(Lan.SEGMENT, false, "pa", "pb");
      pair.awaitOnly(Pair.B, 6);
      pair.silenced(pair.a);
      assertThat(pair.a.log()).contains("two active nodes, this one loses");
      assertThat(pair.b.log()).contains("two active nodes, this one stays");
      assertThat(pair.tap.claims(Lan.VIP4, mark)).contains(Pair.B);
      assertThat(pair.tap.claims(Lan.VIP6, mark)).contains(Pair.B);
      pair.cut(Lan.LINK, false, "pa", "pb");
      pair.awaitPaired(pair.b, pair.a);
      pair.answers(Pair.B);
    }
  }

  /** pa hears pb, pb does not hear pa, and there is no link: the one that is not heard yields. */
  @Test
  void oneWaySegmentWithoutLinkEndsWithOne() {
    try (Pair pair = new Pair(dir, "", "")) {
      pair.start();
      pair.cut(Lan.LINK, true, "pa", "pb");
      Waits.until(() -> pair.b.status("state").equals("stale"), GENEROUS, "a stale copy");
      int mark = pair.tap.mark();
      pair.cut(Lan.SEGMENT, true, "pb");
      pair.tap.awaitAdverts(Pair.B, mark, 2);
      pair.awaitOnly(Pair.B, 6);
      pair.silenced(pair.a);
      pair.cut(Lan.SEGMENT, false, "pb");
      pair.cut(Lan.LINK, false, "pa", "pb");
      pair.awaitPaired(pair.b, pair.a);
      pair.onlyAnnounces(Pair.B, 4);
      pair.answers(Pair.B);
    }
  }
}
