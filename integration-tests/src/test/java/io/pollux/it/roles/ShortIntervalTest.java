package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Below 100 ms a self-test at the start decides. */
@LabTest
class ShortIntervalTest {
  @TempDir Path dir;

  /** It lets the node run with such advertisements, or refuses them with its figure. */
  @Test
  void aShortIntervalIsMeasuredFirst() {
    try (Pair pair = new Pair(dir, "advert-interval = 10ms", "")) {
      pair.a.start();
      pair.await(() -> pair.a.role().matches("active|fault"), "a decision");
      if (pair.a.role().equals("active")) {
        pair.await(
            () ->
                pair.tap.adverts(0).stream()
                        .filter(a -> a.from(Pair.A) && a.interval() == 1)
                        .count()
                    >= 40,
            "40 advertisements");
      } else {
        assertThat(pair.a.log())
            .containsPattern("interval of 10 ms refused: a stall of \\d+ ms was measured");
        pair.silenced(pair.a);
        assertThat(pair.tap.adverts(0)).isEmpty();
      }
    }
  }
}
