package io.pollux.ha.counters;

import static io.pollux.ha.counters.Fixtures.child;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A hands over to B, B sends and is gone before A has heard a counter of its reign. Both are armed
 * by the same readings, so A must not go on from where it is armed.
 */
class AnotherReignTest {
  private static final long SECOND = 1_000_000_000L;
  private static final EspSpi SPI = new EspSpi(0x300);
  private static final List<JumpPolicy> POLICIES =
      List.of(
          new JumpPolicy.Auto(),
          JumpPolicy.Rate.DEFAULT,
          new JumpPolicy.Fixed(1000),
          new JumpPolicy.Fixed(50_000_000));

  private static ArmedCounters armed(JumpPolicy policy, boolean esn, ReplayState state, long now) {
    ArmedCounters armed = new ArmedCounters(policy, InboundTop.LENIENT);
    armed.synced(child(0x300, esn, state), 0, now);
    return armed;
  }

  private static long start(ArmedCounters armed, long now) {
    Verdict verdict = armed.atTakeover(now).getFirst();
    assertThat(verdict).isNotInstanceOf(Verdict.Shut.class);
    return verdict.start().oseq();
  }

  @Test
  void whoGoesOnFromTheSameReadingsStepsOverTheDeadHeir() {
    int shut = 0;
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      JumpPolicy policy = POLICIES.get(random.nextInt(POLICIES.size()));
      boolean esn = random.nextBoolean();
      long rate = random.nextLong(200_000);
      // B's last reading, then the link is lost, A sends on, and its reign ends
      ArmedCounters b = armed(policy, esn, ReplayState.NEW, 0);
      long lost = SECOND / 10 + (random.nextBoolean() ? 0 : random.nextLong(60 * SECOND));
      b.advanced(SPI, new ReplayState(rate / 10, 0), 0, SECOND / 10);
      long read = (long) ((double) rate * lost / SECOND);
      ArmedCounters a = armed(policy, esn, new ReplayState(read, 0), lost);
      // B reigns, unheard
      long first = start(b, lost);
      long reign = random.nextLong(60 * SECOND);
      long last = first + (long) ((double) rate * reign / SECOND);
      long now = lost + reign;
      Verdict verdict = a.afterAnother(SECOND / 10, now).getFirst();
      if (verdict instanceof Verdict.Shut) {
        shut++;
        continue;
      }
      assertThat(verdict.start().oseq())
          .as("seed %d: %s esn %s", seed, policy, esn)
          .isGreaterThanOrEqualTo(last);
      assertThat(verdict.start().jumps().packets()).isLessThan(Arming.ESN_LIMIT);
    }
    assertThat(shut).isZero();
  }

  /** The fault: without that step both begin with the same number. */
  @Test
  void byTheirMarginsAloneBothWouldBeginAtTheSameNumber() {
    for (boolean esn : List.of(true, false)) {
      ReplayState read = new ReplayState(5000, 0);
      ArmedCounters a = armed(new JumpPolicy.Auto(), esn, read, 0);
      ArmedCounters b = armed(new JumpPolicy.Auto(), esn, read, 0);
      assertThat(a.urgent(SECOND)).isEmpty();
      assertThat(start(a, SECOND)).isEqualTo(start(b, SECOND));
      long jump = new JumpPolicy.Auto().longest(esn);
      assertThat(a.afterAnother(SECOND, SECOND).getFirst().start().oseq())
          .isGreaterThan(start(b, SECOND) + jump / 2);
    }
  }

  @Test
  void whatHasNoRoomForItIsShut() {
    ReplayState twice = ReplayState.NEW.withJumps(new Jumps(2, 2L << 30));
    ArmedCounters armed = armed(new JumpPolicy.Auto(), true, twice, 0);
    assertThat(armed.urgent(SECOND)).isEmpty();
    assertThat(armed.afterAnother(SECOND, SECOND).getFirst()).isInstanceOf(Verdict.Shut.class);
    ReplayState late = new ReplayState((1L << 32) - (1 << 26), 0);
    armed = armed(new JumpPolicy.Auto(), false, late, 0);
    assertThat(armed.afterAnother(SECOND, SECOND).getFirst()).isInstanceOf(Verdict.Shut.class);
  }

  @Test
  void theExperimentWithoutAJumpStaysOne() {
    ArmedCounters armed = armed(new JumpPolicy.Fixed(0), true, new ReplayState(70, 0), 0);
    List<Verdict> verdicts = armed.afterAnother(SECOND, SECOND);
    assertThat(verdicts.getFirst()).isInstanceOf(Verdict.Safe.class);
    assertThat(armed.decided(Map.of(SPI, verdicts.getFirst()), SECOND)).isEqualTo(verdicts);
  }

  /** Reigns that go on with one exchange from one copy, and know nothing of each other. */
  @Test
  void eachHeirOfAnExchangeStartsFurtherAhead() {
    for (boolean esn : List.of(true, false)) {
      assertThat(Inherited.start(esn, 1, 0)).isEqualTo(JumpPolicy.Auto.most(esn));
      for (long reigns = 1; reigns < 32; reigns++) {
        long here = Inherited.start(esn, reigns, 0);
        assertThat(Inherited.start(esn, reigns + 1, 0) - here).isGreaterThanOrEqualTo(1 << 26);
      }
      for (long reigns : List.of(0L, 5L, 33L, 1L << 40)) {
        for (long ns : List.of(0L, SECOND, 1L << 62)) {
          long start = Inherited.start(esn, reigns, ns);
          assertThat(Arming.arm(0, start, esn, 0)).isInstanceOf(Arming.At.class);
        }
      }
      assertThat(Inherited.start(esn, 2, 600 * SECOND))
          .isGreaterThan(JumpPolicy.Auto.most(esn) + 600 * 250_000);
    }
  }
}
