package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import io.pollux.it.vrrp.Lan;
import io.pollux.it.vrrp.Polluxd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Takeovers of an IPv4 and an IPv6 address, by power loss, by order, and in a hurry. */
@LabTest
class TakeoverTest {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  @TempDir Path dir;

  @Test
  void powerLossReturnOrdersAndAnOldSnapshot() throws IOException {
    try (Pair pair = new Pair(dir, "", "")) {
      pair.start();
      pair.answers(Pair.A);
      Path epochOfA = pair.a.dir().resolve("state/epoch");
      byte[] old = Files.readAllBytes(epochOfA);

      int mark = pair.tap.mark();
      pair.powerLoss(pair.a, "pa");
      pair.tap.awaitAdverts(Pair.B, mark, 2);
      pair.awaitActive(pair.b);
      for (String vip : new String[] {Lan.VIP4, Lan.VIP6}) {
        int from = mark;
        Waits.until(
            () -> pair.tap.claims(vip, from).stream().filter(Pair.B::equals).count() >= 3,
            GENEROUS,
            "a burst for " + vip);
      }
      pair.answers(Pair.B);

      // It comes back and becomes a standby, no more.
      mark = pair.tap.mark();
      pair.powerBack("pa");
      pair.a.start();
      pair.awaitPaired(pair.b, pair.a);
      pair.silenced(pair.a);
      assertThat(pair.tap.announcers(mark)).containsExactly(Pair.B);

      // Two takeovers as fast as they can be ordered.
      long before = epoch(pair.b);
      pair.b.ctl("ha", "switchover", "--yes").orFail();
      pair.awaitActive(pair.a);
      pair.awaitPaired(pair.a, pair.b);
      pair.a.ctl("ha", "switchover", "--yes").orFail();
      pair.b.ctl("ha", "switchover", "--yes");
      Waits.until(
          () ->
              (pair.a.role() + pair.b.role()).equals("activestandby")
                  || (pair.a.role() + pair.b.role()).equals("standbyactive"),
          GENEROUS,
          "one active");
      Polluxd active = pair.a.role().equals("active") ? pair.a : pair.b;
      Polluxd standby = active == pair.a ? pair.b : pair.a;
      String mac = active == pair.a ? Pair.A : Pair.B;
      pair.awaitPaired(active, standby);
      pair.onlyAnnounces(mac, 4);
      pair.silenced(standby);
      assertThat(epoch(active)).isGreaterThan(before + 1);

      // The standby is restored from an old snapshot of its machine: it knows too old an epoch.
      long highest = epoch(active);
      String name = standby == pair.a ? "pa" : "pb";
      pair.powerLoss(standby, name);
      Files.write(standby.dir().resolve("state/epoch"), old);
      pair.powerBack(name);
      standby.start();
      pair.awaitPaired(active, standby);
      active.ctl("ha", "switchover", "--yes").orFail();
      pair.awaitActive(standby);
      assertThat(epoch(standby)).isGreaterThan(highest);
      pair.answers(standby == pair.a ? Pair.A : Pair.B);
    }
  }

  private static long epoch(Polluxd node) {
    return Long.parseLong(node.status("epoch").strip());
  }
}
