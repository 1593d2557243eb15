package io.pollux.ha.counters;

import static io.pollux.ha.counters.Fixtures.SA;
import static io.pollux.ha.counters.Fixtures.child;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.event.IkeEvent.ReplayAdvanced;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * The link is down, the active node goes on sending, and then it dies: the standby must not use a
 * number again, however old its readings are. With the real tracker on one side and the real arming
 * on the other; the kernel is a counter.
 */
class LongOutageTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long STEP = SECOND / 10;

  private static final EspSpi SPI = new EspSpi(0x300);

  /** A pair with one SA. */
  private static final class Pair {
    final boolean esn;
    final JumpPolicy policy;
    CounterTracker tracker = new CounterTracker(PollPolicy.DEFAULT);
    ArmedCounters armed;
    long now;
    long oseq;

    Pair(boolean esn, JumpPolicy policy) {
      this.esn = esn;
      this.policy = policy;
      armed = new ArmedCounters(policy, InboundTop.LENIENT);
      begin(ReplayState.NEW);
    }

    private void begin(ReplayState state) {
      ChildSaSnapshot sa = child(0x300, esn, state);
      tracker = new CounterTracker(PollPolicy.DEFAULT);
      tracker.add(SA, sa, now);
      armed = new ArmedCounters(policy, InboundTop.LENIENT);
      armed.synced(sa, 0, now);
    }

    void run(long ns, boolean link, LongToDoubleFunction rate) {
      for (long end = now + ns; now < end; now += STEP) {
        for (EspSpi due : tracker.due(now, 64)) {
          Optional<ReplayAdvanced> told = tracker.read(due, new ReplayState(oseq, 0), now);
          if (link && told.isPresent()) {
            armed.advanced(SPI, told.get().state(), 0, now);
          }
        }
        oseq += (long) (rate.applyAsDouble(now) * STEP / SECOND);
      }
    }

    /** The standby takes over; false if it had to shut the SA, which is rekeyed then. */
    boolean takeOver() {
      Verdict verdict = armed.atTakeover(now).getFirst();
      if (verdict instanceof Verdict.Shut) {
        return false;
      }
      ReplayState start = verdict.start();
      assertThat(start.oseq()).as("esn %s at %d s", esn, now / SECOND).isGreaterThanOrEqualTo(oseq);
      if (esn) {
        assertThat(start.oseq() - oseq).isLessThan(Arming.ESN_LIMIT);
      } else {
        assertThat(start.oseq()).isLessThanOrEqualTo(Arming.LAST_WITHOUT_ESN);
      }
      oseq = start.oseq();
      begin(start);
      return true;
    }
  }

  @Test
  void aPairWhoseLinkIsDownTenMinutesUnderTrafficAndThenLosesItsActiveReusesNoNumber() {
    for (boolean esn : List.of(true, false)) {
      for (JumpPolicy policy : List.of(new JumpPolicy.Auto(), JumpPolicy.Rate.DEFAULT)) {
        Pair pair = new Pair(esn, policy);
        pair.run(60 * SECOND, true, _ -> 140_000);
        pair.run(600 * SECOND, false, _ -> 140_000);
        assertThat(pair.takeOver()).isTrue();
      }
    }
  }

  @Test
  void tenMinutesOfTrafficThatBeganUnseen() {
    for (boolean esn : List.of(true, false)) {
      Pair pair = new Pair(esn, JumpPolicy.Rate.DEFAULT);
      pair.run(60 * SECOND, true, _ -> 0);
      pair.run(20 * SECOND, false, _ -> 0);
      pair.run(600 * SECOND, false, _ -> 200_000);
      assertThat(pair.takeOver()).isTrue();
    }
  }

  /** An idle SA, the link is cut, traffic begins; the reading is up to ten seconds old by then. */
  @Test
  void aShortOutageInWhichTrafficBeginsUnseen() {
    for (boolean esn : List.of(true, false)) {
      for (JumpPolicy policy : List.of(new JumpPolicy.Auto(), JumpPolicy.Rate.DEFAULT)) {
        for (double rate : List.of(3_500.0, 60_000.0, 240_000.0)) {
          for (int tenths = 1; tenths <= 400; tenths += 3) {
            Pair pair = new Pair(esn, policy);
            pair.run((60 + tenths % 10) * SECOND, true, _ -> 0);
            pair.run(tenths * STEP, false, _ -> rate);
            assertThat(pair.takeOver()).isTrue();
          }
        }
      }
    }
  }

  /** With the link up, and for as long as silence takes to be noticed, nothing need be written. */
  @Test
  void anIdleSaIsSafeFromOneReadingToTheNext() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    armed.synced(child(0x300, false, ReplayState.NEW), 0, 0);
    assertThat(armed.urgent(10 * SECOND + 4 * SECOND)).isEmpty();
    assertThat(armed.urgent(17 * SECOND)).hasSize(1);
  }

  @Test
  void outagesOfAnyLengthOneAfterTheOther() {
    int shut = 0;
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Pair pair = new Pair(random.nextBoolean(), new JumpPolicy.Auto());
      double peak = random.nextDouble() * 200_000;
      for (int takeovers = 0; takeovers < 6; takeovers++) {
        pair.run(random.nextLong(30 * SECOND), true, _ -> peak);
        pair.run(random.nextLong(900 * SECOND), false, _ -> peak);
        if (!pair.takeOver()) {
          shut++;
          break;
        }
      }
    }
    assertThat(shut).isPositive();
  }
}
