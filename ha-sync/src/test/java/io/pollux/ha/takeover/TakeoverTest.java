package io.pollux.ha.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.counters.ArmedCounters;
import io.pollux.ha.counters.Fixtures;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TakeoverTest {
  private static final long SECOND = 1_000_000_000L;

  private static IkeSaSnapshot sa(ChildSaSnapshot... children) {
    Secret none = Secret.EMPTY;
    Identity id = new Identity(2, Octets.EMPTY);
    Endpoint end = new Endpoint(InetAddress.ofLiteral("192.0.2.100"), 500);
    return new IkeSaSnapshot(
        Fixtures.SA,
        true,
        "hub",
        end,
        end,
        false,
        false,
        id,
        id,
        new IkeAlgorithms(20, 256, 5, 0, 31),
        new IkeKeys(none, none, none, none, none, none, none),
        new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
        List.of(),
        new Lifetimes(0, 0, 0, 0, 0, 0),
        0,
        List.of(children));
  }

  private final ChildSaSnapshot safe = Fixtures.child(0x300, true, ReplayState.NEW);
  private final ChildSaSnapshot busy = Fixtures.child(0x301, false, ReplayState.NEW);
  private final ChildSaSnapshot spent =
      Fixtures.child(0x302, false, new ReplayState((1L << 32) - 10, 0));
  private final ChildSaSnapshot unknown = Fixtures.child(0x303, true, ReplayState.NEW);

  private TakeoverPlan plan(RekeyAfterTakeover policy) {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    armed.synced(safe, 0, 0);
    armed.synced(busy, 0, 0);
    armed.synced(spent, 0, 0);
    armed.advanced(busy.inboundSpi(), new ReplayState(100_000, 0), 0, SECOND);
    return Takeover.plan(
        List.of(sa(safe, busy, spent, unknown)),
        armed.atTakeover(30 * SECOND),
        policy,
        9,
        bound -> bound / 2);
  }

  @Test
  void repairsShutsAndPromotesWhatItShould() {
    TakeoverPlan plan = plan(RekeyAfterTakeover.OFF);
    assertThat(plan.epoch()).isEqualTo(9);
    assertThat(plan.repairs())
        .singleElement()
        .satisfies(
            repair -> {
              assertThat(repair.child()).isEqualTo(new EspSpi(0x301));
              assertThat(repair.oseq()).isGreaterThan(100_000L * 30);
            });
    assertThat(plan.shut())
        .extracting(shut -> shut.child().value())
        .containsExactlyInAnyOrder(0x302, 0x303);
    assertThat(plan.rekeys()).allMatch(TakeoverPlan.Rekey::shut).hasSize(2);
  }

  @Test
  void nowIsPacedBusiestFirstAfterWhatIsShut() {
    assertThat(plan(RekeyAfterTakeover.NOW).rekeys())
        .extracting(rekey -> rekey.child().value())
        .containsExactly(0x302, 0x303, 0x301, 0x300);
  }

  @Test
  void spreadStaysWithinHalfOfTheRemainingLifetimeAndAMinuteLater() {
    for (TakeoverPlan.Rekey rekey : plan(RekeyAfterTakeover.SPREAD).rekeys()) {
      if (!rekey.shut()) {
        assertThat(rekey.delayNs()).isBetween(60 * SECOND, 60 * SECOND + 1800 * SECOND);
      }
    }
  }

  @Test
  void aKeyThatASecondTakeoverFindsComesFirst() {
    ArmedCounters armed = new ArmedCounters(new JumpPolicy.Auto(), InboundTop.LENIENT);
    ReplayState used = new ReplayState(1L << 30, 0).withJumps(new Jumps(1, 1L << 30));
    ChildSaSnapshot again = Fixtures.child(0x304, true, used);
    armed.synced(safe, 0, 0);
    armed.synced(again, 0, 0);
    TakeoverPlan plan =
        Takeover.plan(
            List.of(sa(safe, again)),
            armed.atTakeover(SECOND),
            RekeyAfterTakeover.SPREAD,
            9,
            bound -> bound / 2);
    assertThat(plan.rekeys().getFirst())
        .isEqualTo(new TakeoverPlan.Rekey("hub", new EspSpi(0x304), 0, false));
    assertThat(plan.rekeys().getLast().delayNs()).isGreaterThanOrEqualTo(60 * SECOND);
  }

  @Test
  void aRekeyIsAskedForUntilTheKeyIsGone() {
    RekeySchedule schedule = new RekeySchedule();
    schedule.plan(plan(RekeyAfterTakeover.NOW).rekeys(), 0);
    assertThat(schedule.progress().waiting()).isEqualTo(4);
    assertThat(schedule.due(0)).containsExactly(new EspSpi(0x302));
    assertThat(schedule.due(SECOND)).hasSize(3);
    schedule.gone(new EspSpi(0x302));
    assertThat(schedule.progress())
        .isEqualTo(new RekeySchedule.Progress(4, 1, 3, 0, OptionalLong.empty()));
    assertThat(schedule.due(62 * SECOND)).hasSize(3);
    schedule.soon(new EspSpi(0x305), 63 * SECOND);
    schedule.soon(new EspSpi(0x306), 63 * SECOND);
    assertThat(schedule.due(63 * SECOND)).containsExactly(new EspSpi(0x305));
  }
}
