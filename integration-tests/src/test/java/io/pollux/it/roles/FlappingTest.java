package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.vrrp.Lan;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby that comes and goes, by its link or altogether, is no reason for the active node. */
@LabTest
@Tag("long")
class FlappingTest {
  private static final int TIMES = 4;

  @TempDir Path dir;

  @Test
  void aFlappingLinkWithTenPercentLossMovesNothing() {
    try (Pair pair = new Pair(dir, "", "")) {
      pair.start();
      String epoch = pair.a.status("epoch");
      int mark = pair.tap.mark();
      pair.lan.lossTowards(Lan.SEGMENT, "pa", 10);
      pair.lan.lossTowards(Lan.SEGMENT, "pb", 10);
      for (int i = 0; i < TIMES; i++) {
        pair.cut(Lan.LINK, true, "pa", "pb");
        pair.await(() -> pair.b.status("state").equals("stale"), "a stale copy");
        pair.lan.lossTowards(Lan.LINK, "pa", 10);
        pair.lan.lossTowards(Lan.LINK, "pb", 10);
        pair.await(() -> pair.b.status("state").equals("in-sync"), "a copy in sync");
      }
      pair.cut(Lan.SEGMENT, false, "pa", "pb");
      pair.cut(Lan.LINK, false, "pa", "pb");
      pair.awaitPaired(pair.a, pair.b);
      assertThat(pair.tap.announcers(mark)).containsExactly(Pair.A);
      assertThat(pair.a.status("epoch")).isEqualTo(epoch);
      pair.silenced(pair.b);
    }
  }

  @Test
  void aStandbyThatDiesDuringItsResyncDisturbsNobody() {
    try (Pair pair = new Pair(dir, "", "")) {
      pair.start();
      String epoch = pair.a.status("epoch");
      int mark = pair.tap.mark();
      for (int i = 0; i < TIMES; i++) {
        pair.powerLoss(pair.b, "pb");
        pair.await(() -> pair.a.status("state").equals("alone"), "an active node alone");
        pair.powerBack("pb");
        pair.b.launch(); // its log begins anew
        pair.await(() -> pair.b.log().contains("sync syncing"), "a resync that has begun");
      }
      pair.powerLoss(pair.b, "pb");
      pair.powerBack("pb");
      pair.b.start();
      pair.awaitPaired(pair.a, pair.b);
      assertThat(pair.tap.announcers(mark)).containsExactly(Pair.A);
      assertThat(pair.a.status("epoch")).isEqualTo(epoch);
      pair.silenced(pair.b);
    }
  }
}
