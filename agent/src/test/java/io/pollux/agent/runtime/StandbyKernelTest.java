package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.shadow.ShadowChange;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The standby's kernel, ahead by the jump. */
class StandbyKernelTest {
  private static final long JUMP = 1L << 30;
  private final FakeSas kernel = new FakeSas();
  private final ChildSaSnapshot first = TestChild.of(0x1001).snapshot();
  private final ChildSaSnapshot waiting = TestChild.of(0x1002).waiting().snapshot();
  private final ChildSaSnapshot second = TestChild.of(0x1002).snapshot();

  private StandbyKernel standby(JumpPolicy jump) {
    return new StandbyKernel(kernel, Runnable::run, jump, InboundTop.LENIENT);
  }

  @Test
  void aChildIsInstalledAheadByTheJump() {
    StandbyKernel standby = standby(new JumpPolicy.Auto());
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 1);
    assertThat(kernel.outbound).containsEntry(first.outboundSpi(), JUMP);
    assertThat(kernel.policies).isEqualTo(1);
    assertThat(standby.smallestMargin(1).orElseThrow().packets()).isEqualTo(JUMP);
  }

  @Test
  void aRekeyOfThePeerKeepsOneOutboundSaAndThePolicies() {
    StandbyKernel standby = standby(new JumpPolicy.Auto());
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 1);
    standby.apply(List.of(new ShadowChange.ChildAdded(waiting, Optional.of(first))), 2);
    assertThat(kernel.outbound).containsOnlyKeys(first.outboundSpi());
    standby.apply(List.of(new ShadowChange.ChildSwitched(first, second)), 3);
    assertThat(kernel.outbound).containsOnlyKeys(second.outboundSpi());
    assertThat(kernel.outbound.get(second.outboundSpi())).isGreaterThanOrEqualTo(JUMP);
    assertThat(kernel.policies).isEqualTo(1);
    standby.apply(List.of(new ShadowChange.ChildRemoved(first.withOutboundActive(false), true)), 4);
    assertThat(kernel.outbound).containsOnlyKeys(second.outboundSpi());
    assertThat(kernel.inbound).containsOnlyKeys(second.inboundSpi());
    assertThat(kernel.policies).isEqualTo(1);
  }

  @Test
  void aRekeyOfOursKeepsOneOutboundSaToo() {
    StandbyKernel standby = standby(new JumpPolicy.Auto());
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 1);
    standby.apply(List.of(new ShadowChange.ChildAdded(second, Optional.of(first))), 2);
    assertThat(kernel.outbound).containsOnlyKeys(second.outboundSpi());
    assertThat(kernel.policies).isEqualTo(1);
  }

  @Test
  void aChildThatReplacesItselfDoesNotTakeItselfOut() {
    StandbyKernel standby = standby(new JumpPolicy.Auto());
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 1);
    standby.apply(
        List.of(
            new ShadowChange.ChildRemoved(first, true),
            new ShadowChange.ChildAdded(first, Optional.of(first))),
        2);
    assertThat(kernel.outbound).containsOnlyKeys(first.outboundSpi());
  }

  @Test
  void aReadingThatAdvancedByAQuarterOfTheJumpRearms() {
    StandbyKernel standby = standby(new JumpPolicy.Fixed(1000));
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 1);
    advance(standby, new ReplayState(249, 0));
    assertThat(kernel.outbound).containsEntry(first.outboundSpi(), 1000L);
    advance(standby, new ReplayState(250, 17));
    assertThat(kernel.outbound).containsEntry(first.outboundSpi(), 1250L);
    assertThat(kernel.inbound).containsEntry(first.inboundSpi(), 17L);
  }

  /** No takeover may find it behind: it goes out, and comes back where it belongs. */
  @Test
  void aCounterThatIsRefusedIsInstalledAnew() {
    StandbyKernel standby = standby(new JumpPolicy.Fixed(1000));
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 1);
    kernel.refuses.add(first.outboundSpi());
    advance(standby, new ReplayState(250, 17));
    assertThat(kernel.calls).contains("remove-outbound " + first.inboundSpi());
    assertThat(kernel.outbound).containsEntry(first.outboundSpi(), 1250L);
    assertThat(kernel.inbound).containsEntry(first.inboundSpi(), 17L);
  }

  /** Nothing is sent for an hour; the active node says so every ten seconds. */
  @Test
  void anIdleSaStaysReadyForAFailover() {
    StandbyKernel standby = standby(JumpPolicy.Rate.DEFAULT);
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 0);
    long second = 1_000_000_000L;
    for (long now = 0; now < 3600 * second; now += 10 * second) {
      standby.apply(List.of(new ShadowChange.ReplayAdvanced(first, ReplayState.NEW, 0)), now);
      assertThat(standby.smallestMargin(now + 10 * second).orElseThrow().packets()).isPositive();
    }
    assertThat(standby.smallestMargin(3640 * second).orElseThrow().packets()).isNegative();
  }

  @Test
  void whatIsNotArmedNeverGetsAnOutboundSa() {
    StandbyKernel standby = standby(new JumpPolicy.Rekey());
    standby.apply(List.of(new ShadowChange.ChildAdded(first, Optional.empty())), 1);
    assertThat(kernel.outbound).isEmpty();
    assertThat(kernel.inbound).containsOnlyKeys(first.inboundSpi());
    standby.apply(List.of(new ShadowChange.ChildAdded(waiting, Optional.of(first))), 2);
    standby.apply(List.of(new ShadowChange.ChildSwitched(first, second)), 3);
    advance(standby, new ReplayState(1 << 20, 1));
    ChildSaSnapshot elsewhere =
        TestChild.of(0x1002)
            .between("192.0.2.1", "198.51.100.9", first.localTs(), first.remoteTs())
            .snapshot();
    standby.apply(List.of(new ShadowChange.ChildMoved(second, elsewhere)), 4);
    assertThat(kernel.outbound).isEmpty();
    assertThat(standby.shut()).isEqualTo(2);
    assertThat(standby.smallestMargin(5)).isEmpty();
  }

  private void advance(StandbyKernel standby, ReplayState state) {
    standby.apply(List.of(new ShadowChange.ReplayAdvanced(first, state, 0)), 2);
    assertThat(kernel.inbound).containsKey(new EspSpi(0x1001));
  }
}
