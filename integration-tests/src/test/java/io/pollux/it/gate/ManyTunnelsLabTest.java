package io.pollux.it.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many tunnels under traffic and takeovers back and forth: nothing is lost to replay, nothing
 * leaks. Planned ones, because they follow each other fastest; every fourth is the death of the
 * daemon.
 */
@LabTest
@Tag("long")
class ManyTunnelsLabTest {
  private static final int TUNNELS = 200;
  private static final int TAKEOVERS = 20;
  private static final long BUDGET_NS = 150_000_000_000L; // then it is as many as there were

  @Test
  @Timeout(value = 540, unit = TimeUnit.SECONDS)
  void takeoversBackAndForth() {
    List<Tunnel> all =
        IntStream.range(0, TUNNELS).mapToObj(i -> Tunnel.v4("t" + i, "none", i)).toList();
    List<Tunnel> sample =
        IntStream.range(0, TUNNELS).filter(i -> i % 25 == 0).mapToObj(all::get).toList();
    try (Site site = new Site(all)) {
      site.start("");
      long began = System.nanoTime();
      site.traffic(sample, List.of(100, 101, 102));
      int done = 0;
      try (WanView wan = WanView.start(site, "many")) {
        while (done < TAKEOVERS && System.nanoTime() - began < BUDGET_NS) {
          Node old = site.active();
          Node heir = site.other(old);
          if (done % 4 == 3) {
            Node.signal("KILL", old.jvmPid());
            heir.await("active");
          } else {
            old.ctl("ha", "switchover", "--yes").orFail();
          }
          site.awaitAnswer(sample.getLast(), 100);
          site.awaitReady();
          done++;
        }
        all.forEach(t -> site.awaitAnswer(t, 100));
        assertThat(wan.clearText()).isEmpty();
        assertThat(wan.all()).isNotEmpty();
      }
      System.out.printf(
          "      %d tunnels, %d takeovers in %d s%n",
          TUNNELS, done, (System.nanoTime() - began) / 1_000_000_000L);
      for (String ns : List.of("branch", "gw-a", "gw-b")) {
        String stat = site.net.run(ns, "cat", "/proc/net/xfrm_stat").orFail();
        for (String counter : List.of("XfrmInStateSeqError", "XfrmInStateProtoError")) {
          Matcher m = Pattern.compile(counter + "\\s+(\\d+)").matcher(stat);
          assertThat(m.find()).isTrue();
          assertThat(Long.parseLong(m.group(1))).as(counter + " in " + ns).isZero();
        }
      }
      assertThat(done).isGreaterThanOrEqualTo(4);
    }
  }
}
