package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActiveCountersTest {
  private final FakeSas kernel = new FakeSas();
  private final List<IkeEvent.ReplayAdvanced> told = new ArrayList<>();
  private final List<EspSpi> used = new ArrayList<>();
  private final ActiveCounters counters =
      new ActiveCounters(
          kernel,
          Runnable::run,
          PollPolicy.DEFAULT,
          event -> {
            told.add(event);
            return told.size();
          },
          used::add);
  private final ChildSaSnapshot child = TestChild.of(0x1001).snapshot();

  @Test
  void whatMovedIsToldOnceAndConfirmedByTheIndex() {
    counters.add(TestChild.IKE, child, 1);
    counters.event(child.inboundSpi(), new ReplayState(500, 40), 2);
    counters.event(child.inboundSpi(), new ReplayState(500, 40), 3);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst().state()).isEqualTo(new ReplayState(500, 40));
    assertThat(counters.status(child.inboundSpi(), 3).orElseThrow().lag()).isEqualTo(500);
    counters.acknowledged(1);
    assertThat(counters.status(child.inboundSpi(), 3).orElseThrow().lag()).isZero();
  }

  /** The link is down for an hour: what waits for an acknowledgement does not grow. */
  @Test
  void ofEachChildTwoAtMostWaitForTheStandby() {
    Told waiting = new Told();
    List<ReplayState> confirmed = new ArrayList<>();
    for (int i = 1; i <= 36_000; i++) {
      waiting.add(2 * i, child.inboundSpi(), new ReplayState(i, 0));
      waiting.add(2 * i + 1, new EspSpi(0x1002), new ReplayState(i, 0));
      assertThat(waiting.size()).isLessThanOrEqualTo(4);
    }
    waiting.acknowledged(72_001, (_, state) -> confirmed.add(state));
    assertThat(confirmed).endsWith(new ReplayState(36_000, 0), new ReplayState(36_000, 0));
    assertThat(waiting.size()).isZero();
  }

  /** Each answer takes ten periods of the poll: something is confirmed all the same. */
  @Test
  void aSlowStandbyConfirmsWhatItHas() {
    counters.add(TestChild.IKE, child, 1);
    for (int i = 1; i <= 100; i++) {
      counters.event(child.inboundSpi(), new ReplayState(i, 0), i + 1);
      counters.acknowledged(i - 10);
      assertThat(counters.status(child.inboundSpi(), i + 1).orElseThrow().lag())
          .isLessThanOrEqualTo(21);
    }
    counters.acknowledged(100);
    assertThat(counters.status(child.inboundSpi(), 101).orElseThrow().lag()).isZero();
  }

  /** A gateway without a standby has nobody who would ever acknowledge anything. */
  @Test
  void withoutAStandbyNothingWaits() {
    Told waiting = new Told();
    waiting.add(5, child.inboundSpi(), new ReplayState(1, 0));
    waiting.remove(child.inboundSpi());
    assertThat(waiting.size()).isZero();
    counters.told(
        0, new IkeEvent.ReplayAdvanced(TestChild.IKE, child.inboundSpi(), ReplayState.NEW));
    assertThat(counters.waiting()).isZero();
  }

  @Test
  void anEventOfTheOutboundSaBelongsToTheChild() {
    counters.add(TestChild.IKE, child, 1);
    counters.event(child.outboundSpi(), new ReplayState(7, 0), 2);
    assertThat(counters.lastRead(child.inboundSpi()).oseq()).isEqualTo(7);
    counters.event(new EspSpi(0x7777), new ReplayState(9, 9), 3); // somebody else's
    assertThat(told).hasSize(1);
  }

  @Test
  void theFirstPacketOnAWaitingChildIsSaidOnce() {
    counters.add(TestChild.IKE, TestChild.of(0x1001).waiting().snapshot(), 1);
    counters.event(child.inboundSpi(), new ReplayState(0, 1), 2);
    counters.event(child.inboundSpi(), new ReplayState(0, 2), 3);
    assertThat(used).containsExactly(child.inboundSpi());
  }

  @Test
  void aChildOfANewIkeSaKeepsItsNumbers() {
    counters.add(TestChild.IKE, child, 1);
    counters.event(child.inboundSpi(), new ReplayState(500, 40), 2);
    counters.reparent(TestChild.IKE, child, 3);
    assertThat(counters.lastRead(child.inboundSpi())).isEqualTo(new ReplayState(500, 40));
  }

  @Test
  void frozenNothingIsTold() {
    counters.add(TestChild.IKE, child, 1);
    counters.freeze();
    counters.event(child.inboundSpi(), new ReplayState(500, 40), 2);
    assertThat(told).isEmpty();
    assertThat(counters.lastRead(child.inboundSpi()).oseq()).isEqualTo(500);
  }
}
