package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ha.takeover.TakeoverPlan;
import io.pollux.ike.sad.EspSpi;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rekeys that a pair asks for, at the pace that it can bear. */
class RekeyingTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int TUNNELS = 10_000;
  private final FakeSas kernel = new FakeSas();
  private final ActiveCounters counters =
      new ActiveCounters(kernel, Runnable::run, PollPolicy.DEFAULT, _ -> 0, _ -> {});
  private final List<EspSpi> asked = new ArrayList<>();
  private final Rekeying rekeying =
      new Rekeying(
          counters,
          new JumpPolicy.Auto(),
          true,
          asked::add,
          new ReplaySyncs(kernel, Runnable::run, _ -> {}));

  private void follow(int children) {
    for (int i = 0; i < children; i++) {
      counters.add(TestChild.IKE, TestChild.of(0x1001 + i).snapshot(), 0);
    }
  }

  /** Both nodes of a split have used every key: 100 s, and nobody waits for seconds. */
  @Test
  void afterASplitAllAreRekeyedOneAfterTheOther() {
    follow(TUNNELS);
    rekeying.contested(SECOND);
    long now = SECOND;
    while (asked.size() < TUNNELS && rekeying.nextWakeNs() < 200 * SECOND) {
      now = Math.max(now, rekeying.nextWakeNs());
      int before = asked.size();
      rekeying.wake(now);
      asked.subList(before, asked.size()).forEach(rekeying::gone);
      assertThat(asked.size() - before).isLessThanOrEqualTo(1);
    }
    assertThat(new LinkedHashSet<>(asked)).hasSize(TUNNELS);
    assertThat(now).isEqualTo(SECOND + (TUNNELS - 1) * RekeySchedule.PACE_NS);
    assertThat(rekeying.progress().done()).isEqualTo(TUNNELS);
  }

  /** What the takeover had planned for later, or had asked for without an answer, comes now. */
  @Test
  void anEarlierPlanDoesNotDelayThem() {
    follow(3);
    EspSpi first = new EspSpi(0x1001);
    EspSpi second = new EspSpi(0x1002);
    rekeying.begin(
        new TakeoverPlan(
            6,
            List.of(),
            List.of(),
            List.of(
                new TakeoverPlan.Rekey("hub", first, 0, false),
                new TakeoverPlan.Rekey("hub", second, 30 * SECOND, false)),
            List.of()),
        0);
    rekeying.wake(SECOND);
    assertThat(asked).containsExactly(first);
    rekeying.contested(2 * SECOND);
    rekeying.wake(3 * SECOND);
    assertThat(asked).hasSize(4).endsWith(first, second, new EspSpi(0x1003));
  }
}
