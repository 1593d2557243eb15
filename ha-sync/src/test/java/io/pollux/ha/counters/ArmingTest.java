package io.pollux.ha.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ha.counters.Arming.Why;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The laws of the jump. */
class ArmingTest {
  private static final long TWO_32 = 1L << 32;

  @Test
  void autoIsTwoToThe30WithEsn() {
    assertThat(Arming.arm(1000, new JumpPolicy.Auto().jump(true, 0, 0), true, 0))
        .isEqualTo(new Arming.At(1000 + (1L << 30), 1L << 30, false));
  }

  @Test
  void withoutEsnAutoFollowsTheRate() {
    JumpPolicy auto = new JumpPolicy.Auto();
    assertThat(auto.jump(false, 0, 0)).isEqualTo(1 << 22);
    assertThat(auto.jump(false, 140_000, 10_000_000_000L)).isEqualTo(11_200_000);
    assertThat(auto.jump(false, 1e12, 1_000_000_000L)).isEqualTo(1 << 26);
  }

  @Test
  void withoutEsnRoomForTwoTakeoversOrRekeySoon() {
    long jump = 1 << 20;
    assertThat(Arming.arm(Arming.LAST_WITHOUT_ESN - 2 * jump, jump, false, 0))
        .isEqualTo(new Arming.At(Arming.LAST_WITHOUT_ESN - jump, jump, false));
    assertThat(Arming.arm(Arming.LAST_WITHOUT_ESN - 2 * jump + 1, jump, false, 0))
        .isEqualTo(new Arming.At(Arming.LAST_WITHOUT_ESN - jump + 1, jump, true));
    assertThat(Arming.arm(Arming.LAST_WITHOUT_ESN - jump, jump, false, 0))
        .isEqualTo(new Arming.At(Arming.LAST_WITHOUT_ESN, jump, true));
    assertThat(Arming.arm(Arming.LAST_WITHOUT_ESN - jump + 1, jump, false, 0))
        .isEqualTo(new Arming.RekeyFirst(Why.NUMBERS_EXHAUSTED));
  }

  @Test
  void theCaseThatWasMeasuredOneOverTwoTo32IsNeverReached() {
    assertThatThrownBy(() -> new JumpPolicy.Fixed(TWO_32 - 4096))
        .isInstanceOf(IllegalArgumentException.class);
    long longest = TWO_32 - 4097;
    assertThat(Arming.arm(5, new JumpPolicy.Fixed(longest).jump(true, 0, 0), true, 0))
        .isEqualTo(new Arming.At(5 + longest, longest, true));
    assertThat(Arming.arm(5, longest, true, 1))
        .isEqualTo(new Arming.RekeyFirst(Why.JUMPS_TOO_LONG));
  }

  @Test
  void threeUndeliveredJumpsOfAutoFitAndAFourthDoesNot() {
    long jump = JumpPolicy.Auto.WITH_ESN;
    long debt = 0;
    for (int i = 0; i < 3; i++) {
      assertThat(Arming.arm(77, jump, true, debt)).isInstanceOf(Arming.At.class);
      debt += jump;
    }
    assertThat(Arming.arm(77, jump, true, debt))
        .isEqualTo(new Arming.RekeyFirst(Why.JUMPS_TOO_LONG));
  }

  @Test
  void numbersAreUnsigned() {
    long high = Long.MIN_VALUE + 5; // above 2^63
    assertThat(Arming.arm(high, 100, true, 0)).isEqualTo(new Arming.At(high + 100, 100, false));
    assertThat(Arming.arm(-102, 100, true, 0)).isEqualTo(new Arming.At(-2, 100, true));
    assertThat(Arming.arm(-101, 100, true, 0))
        .isEqualTo(new Arming.RekeyFirst(Why.NUMBERS_EXHAUSTED));
    assertThat(InboundTop.STRICT.top(-5, 1000, 1_000_000_000L, true)).isEqualTo(-1);
    assertThat(InboundTop.STRICT.top(TWO_32 - 5, 1000, 1_000_000_000L, false))
        .isEqualTo(TWO_32 - 1);
    assertThat(InboundTop.STRICT.top(100, 1000, 1_000_000_000L, false)).isEqualTo(1100);
    assertThat(InboundTop.LENIENT.top(100, 1000, 1_000_000_000L, false)).isEqualTo(100);
  }

  @Test
  void lawsOverRandomNumbers() {
    Random random = new Random(2026);
    for (int i = 0; i < 200_000; i++) {
      boolean esn = random.nextBoolean();
      long base = esn ? random.nextLong() : random.nextLong(TWO_32);
      if (random.nextInt(4) == 0) {
        base = (esn ? -2L : TWO_32 - 2) - random.nextInt(1 << 20);
      }
      long jump = random.nextLong(1L << random.nextInt(1, 32));
      long debt = random.nextInt(3) == 0 ? random.nextLong(TWO_32) : 0;
      long last = esn ? Arming.LAST_WITH_ESN : Arming.LAST_WITHOUT_ESN;
      if (Arming.arm(base, jump, esn, debt) instanceof Arming.At at) {
        assertThat(at.oseq() - base).isEqualTo(jump);
        assertThat(Long.compareUnsigned(at.oseq(), base)).isGreaterThanOrEqualTo(0);
        assertThat(Long.compareUnsigned(at.oseq(), last)).isLessThanOrEqualTo(0);
        if (esn) {
          assertThat(debt + jump).isLessThan(TWO_32 - 4096);
        } else if (!at.rekeySoon()) {
          assertThat(base + 2 * jump).isLessThanOrEqualTo(last);
        }
      }
    }
  }
}
