package io.pollux.it.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StallsTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void aLongGapCountsForWhoeverRanAtItsEnd() {
    Stalls stalls = Stalls.watch();
    stalls.saw(10 * SECOND, 10 * SECOND + 50_000_000);
    assertThat(stalls.longestSince(0)).isZero();
    stalls.saw(11 * SECOND, 14 * SECOND);
    stalls.saw(20 * SECOND, 22 * SECOND);
    assertThat(stalls.longestSince(0)).isEqualTo(3 * SECOND);
    assertThat(stalls.longestSince(13 * SECOND)).isEqualTo(3 * SECOND);
    assertThat(stalls.longestSince(15 * SECOND)).isEqualTo(2 * SECOND);
    assertThat(stalls.longestSince(22 * SECOND)).isZero();
  }
}
