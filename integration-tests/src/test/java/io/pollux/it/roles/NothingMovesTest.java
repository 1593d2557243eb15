package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Guest;
import io.pollux.it.lab.LabTest;
import io.pollux.it.vrrp.Lan;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must not move the role: one pair, one active node from beginning to end. */
@LabTest
class NothingMovesTest {
  private static final String[] NODES = {"pa", "pb"};

  @TempDir Path dir;

  @Test
  void theActiveNodeStaysWhileEverythingElseGoesWrong() {
    try (Pair pair = new Pair(dir, "", "")) {
      pair.a.start();
      pair.awaitActive(pair.a);
      String epoch = pair.a.status("epoch");
      int mark = pair.tap.mark();
      standbyDiesWhileItSyncs(pair);
      pair.b.start();
      pair.awaitPaired(pair.a, pair.b);
      clockSteps(pair);
      linkFlaps(pair);
      assertThat(pair.tap.announcers(mark)).containsExactly(Pair.A);
      assertThat(pair.a.status("epoch")).isEqualTo(epoch);
      pair.silenced(pair.b);
      pair.answers(Pair.A);
    }
  }

  private static void standbyDiesWhileItSyncs(Pair pair) {
    for (int i = 0; i < 2; i++) {
      int links = count(pair.a.log(), "link up");
      pair.b.launch();
      pair.await(() -> count(pair.a.log(), "link up") > links, "the link");
      pair.b.kill();
    }
  }

  /** Monotonic time alone counts. Only where the clock is the guest's own. */
  private static void clockSteps(Pair pair) {
    if (!Guest.ownKernel()) {
      return;
    }
    String before = pair.b.log();
    for (String step : new String[] {"+1 hour", "-3 hours", "+2 hours"}) {
      Commands.run("date", "-s", step).orFail();
      pair.tap.awaitAdverts(Pair.A, pair.tap.mark(), 4);
    }
    assertThat(pair.a.status("state")).isEqualTo("paired");
    assertThat(pair.b.status("state")).isEqualTo("in-sync");
    assertThat(pair.b.log().substring(before.length())).doesNotContain("link down");
  }

  /** A link that comes and goes and loses a tenth, beside a segment that loses a tenth. */
  private static void linkFlaps(Pair pair) {
    for (String node : NODES) {
      pair.lan.lossTowards(Lan.SEGMENT, node, 10);
      pair.lan.lossTowards(Lan.LINK, node, 10);
    }
    for (int i = 0; i < 4; i++) {
      pair.lan.plugged(Lan.LINK, NODES[i % 2], false);
      pair.tap.awaitAdverts(Pair.A, pair.tap.mark(), 4);
      pair.lan.plugged(Lan.LINK, NODES[i % 2], true);
      pair.tap.awaitAdverts(Pair.A, pair.tap.mark(), 6);
    }
    for (String node : NODES) {
      pair.lan.lossTowards(Lan.SEGMENT, node, 0);
      pair.lan.lossTowards(Lan.LINK, node, 0);
    }
    pair.awaitPaired(pair.a, pair.b);
  }

  private static int count(String text, String word) {
    return text.split(word, -1).length - 1;
  }
}
