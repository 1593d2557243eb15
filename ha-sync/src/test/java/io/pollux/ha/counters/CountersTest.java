package io.pollux.ha.counters;

import static io.pollux.ha.counters.Fixtures.SA;
import static io.pollux.ha.counters.Fixtures.child;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.event.IkeEvent.ReplayAdvanced;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountersTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  private final CounterTracker tracker = new CounterTracker(PollPolicy.DEFAULT);

  private static EspSpi spi(int value) {
    return new EspSpi(value);
  }

  /** The sweep is never on time to the nanosecond, and the standby's margin lives on it. */
  @Test
  void anUnchangedReadingIsToldAtEachSweepEvenAtOneThatIsEarly() {
    tracker.add(SA, child(0x300, false, ReplayState.NEW), 0);
    long sweep = 10 * SECOND - MS;
    for (long now = sweep; now < 60 * SECOND; now += sweep) {
      assertThat(tracker.read(spi(0x300), ReplayState.NEW, now)).isPresent();
      assertThat(tracker.read(spi(0x300), ReplayState.NEW, now + SECOND)).isEmpty();
    }
  }

  @Test
  void usedOnesAreReadEachPeriodAndIdleOnesInASweep() {
    tracker.add(SA, child(0x300, true, ReplayState.NEW), 0);
    tracker.add(SA, child(0x301, true, ReplayState.NEW), 0);
    int[] reads = new int[2];
    long oseq = 0;
    for (long now = 0; now < 60 * SECOND; now += 50 * MS) {
      for (EspSpi due : tracker.due(now, 64)) {
        reads[due.value() - 0x300]++;
        oseq += due.value() == 0x300 ? 10 : 0;
        tracker.read(due, new ReplayState(due.value() == 0x300 ? oseq : 0, 0), now);
      }
    }
    assertThat(reads[0]).isEqualTo(600);
    assertThat(reads[1]).isBetween(100, 110);
  }

  @Test
  void anIdleOneThatMovesIsReadInShortPeriodsAgain() {
    tracker.add(SA, child(0x300, true, ReplayState.NEW), 0);
    for (long now = 0; now < 22 * SECOND; now += 100 * MS) {
      tracker.due(now, 64);
    }
    assertThat(tracker.nextPollNs().getAsLong()).isGreaterThan(22 * SECOND);
    tracker.read(spi(0x300), new ReplayState(5, 0), 22 * SECOND); // an async event
    assertThat(tracker.nextPollNs()).hasValue(22 * SECOND + 100 * MS);
  }

  @Test
  void atMostSoManyAreDueAtOnce() {
    for (int i = 0; i < 100; i++) {
      tracker.add(SA, child(0x300 + i, true, ReplayState.NEW), 0);
    }
    assertThat(tracker.due(0, 64)).hasSize(64);
    assertThat(tracker.due(0, 64)).hasSize(36);
    assertThat(tracker.due(0, 64)).isEmpty();
  }

  @Test
  void readingsMergeByMaximumAndOnlyNewsIsTold() {
    tracker.add(SA, child(0x300, true, new ReplayState(10, 10)), 0);
    assertThat(tracker.read(spi(0x300), new ReplayState(12, 9), MS))
        .contains(new ReplayAdvanced(SA, spi(0x300), new ReplayState(12, 10)));
    assertThat(tracker.read(spi(0x300), new ReplayState(11, 10), 2 * MS)).isEmpty();
    assertThat(tracker.read(spi(0x300), new ReplayState(11, 10), 11 * SECOND)).isPresent();
    assertThat(tracker.read(spi(0x999), new ReplayState(1, 1), 2 * MS)).isEmpty();
    tracker.confirmed(spi(0x300), new ReplayState(11, 10));
    assertThat(tracker.status(spi(0x300), 11 * SECOND).orElseThrow().lag()).isEqualTo(1);
    tracker.remove(spi(0x300));
    assertThat(tracker.nextPollNs()).isEmpty();
  }

  @Test
  void shortNumberSpaceIsToBeRekeyedBeforehand() {
    tracker.add(SA, child(0x300, false, new ReplayState((1L << 32) - 100_000, 0)), 0);
    tracker.add(SA, child(0x301, false, ReplayState.NEW), 0);
    assertThat(tracker.toRekey(new JumpPolicy.Auto())).containsExactly(spi(0x300));
  }

  @Test
  void theStandbyArmsAheadAndAgainAfterAQuarterOfTheJump() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Fixed(1000), InboundTop.LENIENT);
    assertThat(armed.synced(child(0x300, true, new ReplayState(100, 7)), 0, 0))
        .isEqualTo(new Arming.At(1100, 1000, false));
    assertThat(armed.inboundTop(spi(0x300), 0)).isEqualTo(7);
    assertThat(armed.advanced(spi(0x300), new ReplayState(349, 7), 0, SECOND)).isEmpty();
    Rearm rearm = armed.advanced(spi(0x300), new ReplayState(350, 9), 0, 2 * SECOND).orElseThrow();
    assertThat(rearm.oseq()).isEqualTo(OptionalLong.of(1350));
    assertThat(rearm.seq()).isEqualTo(OptionalLong.of(9));
    assertThat(armed.margin(spi(0x300), 2 * SECOND).orElseThrow().packets()).isEqualTo(1000);
  }

  /** Whatever was seen before: what may begin unseen counts from the reading on. */
  @Test
  void marginShrinksWithTheAgeOfTheReading() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Fixed(10_000_000), InboundTop.LENIENT);
    armed.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    armed.advanced(spi(0x300), new ReplayState(1000, 0), 0, SECOND);
    assertThat(armed.margin(spi(0x300), SECOND).orElseThrow().packets()).isEqualTo(9_999_000);
    assertThat(armed.margin(spi(0x300), 5 * SECOND).orElseThrow().packets()).isEqualTo(8_999_000);
    assertThat(armed.smallestMargin(45 * SECOND).orElseThrow().packets()).isEqualTo(-1_001_000);
    assertThat(armed.atTakeover(40 * SECOND)).allMatch(Verdict.Safe.class::isInstance);
    Verdict late = armed.atTakeover(45 * SECOND).getFirst();
    assertThat(late)
        .isInstanceOfSatisfying(
            Verdict.NewAe.class,
            n -> assertThat(n.oseq()).isEqualTo(1000 + 11_000_000 + 10_000_000));
  }

  @Test
  void whatWasSeenToSendMayHaveDoubled() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Fixed(10_000_000), InboundTop.LENIENT);
    armed.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    armed.advanced(spi(0x300), new ReplayState(1_000_000, 0), 0, SECOND);
    assertThat(armed.margin(spi(0x300), 3 * SECOND).orElseThrow().packets())
        .isEqualTo(9_000_000 - 2 * 2_000_000);
  }

  /** The peak is forgotten in minutes: what stands in the kernel stays ahead of what it was. */
  @Test
  void aLowerRateWritesNoCounterBack() {
    ArmedCounters armed = new ArmedCounters(JumpPolicy.Rate.DEFAULT, InboundTop.LENIENT);
    armed.synced(child(0x300, false, ReplayState.NEW), 0, 0);
    long sent = 1_000_000;
    long written = armed.margin(spi(0x300), 0).orElseThrow().armed();
    int rearmed = 0;
    for (int second = 1; second <= 3_000; second++) {
      Optional<Rearm> rearm =
          armed.advanced(spi(0x300), new ReplayState(sent, 0), 0, second * SECOND);
      if (rearm.isPresent() && rearm.get().oseq().isPresent()) {
        assertThat(rearm.get().oseq().getAsLong()).isGreaterThanOrEqualTo(written);
        written = rearm.get().oseq().getAsLong();
        rearmed++;
      }
      assertThat(armed.margin(spi(0x300), second * SECOND).orElseThrow().armed())
          .isEqualTo(written);
      sent += 3_600;
    }
    assertThat(rearmed).isGreaterThan(2);
  }

  @Test
  void rekeyPolicyAndShortNumbersStandShut() {
    ArmedCounters rekey = new ArmedCounters(new JumpPolicy.Rekey(), InboundTop.LENIENT);
    rekey.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    assertThat(why(rekey)).isEqualTo(Arming.Why.POLICY);
    assertThat(rekey.smallestMargin(0)).isEmpty();
    ArmedCounters end = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    end.synced(child(0x300, false, new ReplayState((1L << 32) - 10, 0)), 0, 0);
    assertThat(why(end)).isEqualTo(Arming.Why.NUMBERS_EXHAUSTED);
  }

  private static Arming.Why why(ArmedCounters counters) {
    return ((Verdict.Shut) counters.atTakeover(SECOND).getFirst()).why();
  }

  @Test
  void jumpZeroIsNotRepairedSoThatTheExperimentShowsItsDamage() {
    ArmedCounters control = new ArmedCounters(new JumpPolicy.Fixed(0), InboundTop.LENIENT);
    control.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    control.advanced(spi(0x300), new ReplayState(1000, 0), 0, SECOND);
    Verdict verdict = control.atTakeover(3 * SECOND).getFirst();
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Safe.class,
            safe -> {
              assertThat(safe.margin().armed()).isEqualTo(1000);
              assertThat(safe.margin().packets()).isEqualTo(-500_000);
            });
  }

  @Test
  void debtOfAnUndeliveredTakeoverCountsAtTheNext() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    armed.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    Jumps once = armed.atTakeover(0).getFirst().jumps();
    assertThat(once).isEqualTo(new Jumps(1, 1L << 30));
    ReplayState read = new ReplayState(1L << 30, 0);
    ArmedCounters next = new ArmedCounters(new JumpPolicy.Fixed(1L << 31), InboundTop.LENIENT);
    ReplayState twice = read.withJumps(new Jumps(2, 1L << 31));
    assertThat(next.synced(child(0x300, true, twice), 0, 0)).isInstanceOf(Arming.RekeyFirst.class);
    assertThat(next.synced(child(0x300, true, read), 0, 0)).isInstanceOf(Arming.At.class);
  }

  @Test
  void whatOneTakeoverHadToShutNoLaterOneOpens() {
    for (boolean esn : List.of(true, false)) {
      ArmedCounters armed = new ArmedCounters(new JumpPolicy.Rekey(), InboundTop.LENIENT);
      armed.synced(child(0x300, esn, ReplayState.NEW), 0, 0);
      Verdict shut = armed.atTakeover(0).getFirst();
      ArmedCounters next = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
      assertThat(next.synced(child(0x300, esn, shut.start()), 0, 0))
          .isEqualTo(new Arming.RekeyFirst(Arming.Why.JUMPS_TOO_LONG));
    }
  }

  /** An SA that is made anew in a reign, or stepped for a peer: the standby hears of it first. */
  @Test
  void aStepIsPartOfTheSumAndNoTraffic() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    ChildSaSnapshot child = child(0x300, true, ReplayState.NEW);
    armed.synced(child, 0, 0);
    tracker.add(SA, child, 0);
    tracker.read(spi(0x300), new ReplayState(1000, 0), SECOND);
    tracker.read(spi(0x300), new ReplayState(2000, 0), 2 * SECOND);
    Arming.At to = (Arming.At) tracker.ahead(spi(0x300), 0, 3 * SECOND);
    assertThat(to.oseq()).isEqualTo(2000 + 2 * 250_000 + (1 << 20));
    ReplayAdvanced told =
        tracker.stepped(spi(0x300), to.oseq(), to.jump(), 3 * SECOND).orElseThrow();
    assertThat(told.state())
        .isEqualTo(new ReplayState(to.oseq(), 0).withJumps(new Jumps(0, to.jump())));
    assertThat(armed.advanced(spi(0x300), told.state(), 0, 3 * SECOND).orElseThrow().oseq())
        .hasValue(to.oseq() + (1L << 30));
    tracker.read(spi(0x300), new ReplayState(to.oseq() + 100, 0), 3 * SECOND + 100 * MS);
    assertThat(tracker.status(spi(0x300), 4 * SECOND).orElseThrow().peakOutPerSecond())
        .isBetween(900.0, 1100.0);
    assertThat(armed.margin(spi(0x300), 4 * SECOND).orElseThrow().packets())
        .isEqualTo((1L << 30) - 250_000);
    assertThat(tracker.stepped(spi(0x999), 1, 1, SECOND)).isEmpty();
  }

  @Test
  void aheadIsBeyondWhatCanHaveBeenSentUnread() {
    tracker.add(SA, child(0x300, false, new ReplayState(1L << 20, 0)), 0);
    Arming.At idle = (Arming.At) tracker.ahead(spi(0x300), 10 * SECOND, SECOND);
    assertThat(idle.jump()).isEqualTo(11 * 250_000 + (1 << 20));
    tracker.add(SA, child(0x301, false, new ReplayState((1L << 32) - 1000, 0)), 0);
    assertThat(tracker.ahead(spi(0x301), 0, 0)).isInstanceOf(Arming.RekeyFirst.class);
    assertThat(tracker.ahead(spi(0x999), 0, 0)).isInstanceOf(Arming.RekeyFirst.class);
  }

  @Test
  void aJumpIsNoTraffic() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    armed.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    ReplayState reign = new ReplayState((1L << 30) + 5, 0).withJumps(new Jumps(1, 1L << 30));
    Rearm rearm = armed.advanced(spi(0x300), reign, 0, SECOND).orElseThrow();
    assertThat(rearm.oseq()).hasValue((1L << 31) + 5);
    assertThat(armed.margin(spi(0x300), 20 * SECOND).orElseThrow().packets())
        .isEqualTo((1L << 30) - 19 * 250_000);
  }

  /**
   * The paper's case: 4,000 tunnels at 140,000 packets/s, a sync every 10 s, the power goes at the
   * worst moment. Without a jump 5.6 billion packets are lost to replay windows; here none.
   */
  @Test
  void thePapersCase() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    for (int i = 0; i < 4000; i++) {
      armed.synced(child(0x1000_0000 + i, true, ReplayState.NEW), 0, 0);
    }
    for (int sync = 1; sync <= 3; sync++) {
      for (int i = 0; i < 4000; i++) {
        armed.advanced(
            spi(0x1000_0000 + i), new ReplayState(sync * 1_400_000L, 0), 0, sync * 10 * SECOND);
      }
    }
    long used = 4 * 1_400_000L;
    for (Verdict verdict : armed.atTakeover(40 * SECOND)) {
      Verdict.Safe safe = (Verdict.Safe) verdict;
      assertThat(safe.margin().armed()).isGreaterThanOrEqualTo(used);
      assertThat(safe.margin().armed() - used).isLessThan((1L << 32) - 4096);
    }
  }

  /**
   * No sequence number is used twice: an active node sends at rates that change, readings are taken
   * at odd times, delayed and lost; at any moment the standby takes over.
   */
  @Test
  void noSequenceNumberIsUsedTwiceWhateverIsLost() {
    for (long seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      boolean esn = random.nextBoolean();
      JumpPolicy policy =
          random.nextBoolean() ? new JumpPolicy.Auto() : new JumpPolicy.Rate(8, 1 << 16, 1 << 28);
      ArmedCounters armed = new ArmedCounters(policy, InboundTop.LENIENT);
      ChildSaSnapshot child = child(0x300, esn, ReplayState.NEW);
      armed.synced(child, 0, 0);
      double peak = 200_000;
      double rate = random.nextDouble() * peak;
      long oseq = 0;
      long now = 0;
      long next = 0;
      for (int step = 0; step < 300; step++) {
        long elapsed = 10 * MS + random.nextLong(90 * MS);
        now += elapsed;
        oseq += (long) (rate * elapsed / 1e9);
        if (random.nextInt(10) == 0) {
          rate = random.nextDouble() * peak;
        }
        boolean lost = random.nextInt(3) == 0;
        if (now >= next && !lost) {
          long age = random.nextLong(20 * MS);
          long arrived = oseq;
          now += age;
          oseq += (long) (rate * age / 1e9);
          armed.advanced(child.inboundSpi(), new ReplayState(arrived, 0), age, now);
          next = now + 100 * MS;
        }
        for (Verdict verdict : armed.atTakeover(now)) {
          long first =
              switch (verdict) {
                case Verdict.Safe safe -> safe.margin().armed() + 1;
                case Verdict.NewAe repair -> repair.oseq() + 1;
                case Verdict.Shut _ -> Long.MAX_VALUE;
              };
          assertThat(first).as("seed " + seed + " step " + step).isGreaterThan(oseq);
        }
      }
    }
  }

  /** What is found without looking at all of them is what looking at all of them finds. */
  @Test
  void urgentAreThoseThatAreNotSafe() {
    int found = 0;
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      JumpPolicy policy =
          random.nextBoolean()
              ? new JumpPolicy.Auto()
              : new JumpPolicy.Fixed(1 + random.nextInt(1 << 20));
      ArmedCounters armed = new ArmedCounters(policy, InboundTop.LENIENT);
      long now = -SECOND * random.nextInt(1000);
      for (int step = 0; step < 200; step++) {
        now += random.nextInt(20) == 0 ? random.nextLong(60 * SECOND) : random.nextLong(SECOND);
        int spi = 0x300 + random.nextInt(12);
        switch (random.nextInt(11)) {
          case 0 -> armed.remove(spi(spi));
          case 1, 2 -> armed.synced(child(spi, random.nextBoolean(), ReplayState.NEW), 0, now);
          default -> {
            long oseq = armed.margin(spi(spi), now).map(Margin::lastRead).orElse(0L);
            ReplayState read = new ReplayState(oseq + random.nextInt(1 << 18), 0);
            armed.advanced(spi(spi), read, random.nextLong(SECOND), now);
          }
        }
        List<Verdict> all = armed.atTakeover(now);
        List<Verdict> urgent = armed.urgent(now);
        assertThat(urgent)
            .as("seed " + seed + " step " + step)
            .containsExactlyInAnyOrderElementsOf(
                all.stream().filter(v -> !(v instanceof Verdict.Safe)).toList());
        Map<EspSpi, Verdict> early = new LinkedHashMap<>();
        urgent.forEach(v -> early.put(v.child(), v));
        assertThat(armed.decided(early, now)).isEqualTo(all);
        Map<EspSpi, ReplayState> starts = new LinkedHashMap<>();
        armed.starts(early, starts::put);
        assertThat(all)
            .allMatch(v -> v.start().equals(starts.get(v.child())))
            .hasSameSizeAs(starts.keySet());
        assertThat(armed.size()).isEqualTo(all.size());
        found += urgent.size();
      }
    }
    assertThat(found).isPositive();
  }

  @Test
  void randomReadingsInAnyOrderNeverMoveAnArmedCounterBack() {
    Random random = new Random(5);
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.STRICT);
    armed.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    long last = 1L << 30;
    long top = 0;
    long now = 0;
    for (int i = 0; i < 2000; i++) {
      now += random.nextLong(SECOND);
      long base = (long) i << 27;
      ReplayState state =
          new ReplayState(Math.max(0, base + random.nextInt(1 << 28)), random.nextInt(1 << 20) + i);
      Rearm rearm = armed.advanced(spi(0x300), state, random.nextLong(SECOND), now).orElse(null);
      if (rearm != null && rearm.oseq().isPresent()) {
        assertThat(rearm.oseq().getAsLong()).isGreaterThan(last);
        last = rearm.oseq().getAsLong();
      }
      if (rearm != null && rearm.seq().isPresent()) {
        top = Math.max(top, rearm.seq().getAsLong());
      }
    }
    assertThat(top).isPositive();
  }

  /** What the first moment of a reign is told is what the verdicts of all say afterwards. */
  @Test
  void theStartsAreThoseOfTheVerdicts() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Fixed(2_000_000), InboundTop.LENIENT);
    armed.synced(child(0x300, true, ReplayState.NEW), 0, 0);
    armed.synced(child(0x301, true, new ReplayState(77, 5)), 0, 0);
    armed.synced(child(0x302, false, new ReplayState((1L << 32) - 10, 0)), 0, 0); // shut
    armed.synced(child(0x304, true, new ReplayState(9, 0).withJumps(new Jumps(1, 1000))), 0, 0);
    armed.advanced(spi(0x300), new ReplayState(1_900_000, 0), 0, SECOND);
    long now = 4 * SECOND;
    Map<EspSpi, Verdict> urgent = new LinkedHashMap<>();
    armed.urgent(now).forEach(v -> urgent.put(v.child(), v));
    assertThat(urgent).containsKeys(spi(0x300), spi(0x302)).doesNotContainKey(spi(0x301));

    Map<EspSpi, ReplayState> starts = new LinkedHashMap<>();
    armed.starts(urgent, starts::put);

    Map<EspSpi, ReplayState> wanted = new LinkedHashMap<>();
    armed.decided(urgent, now).forEach(v -> wanted.put(v.child(), v.start()));
    assertThat(starts).hasSize(4).isEqualTo(wanted);
    assertThat(starts.get(spi(0x304)).jumps().takeovers()).isEqualTo(2);
  }
}
