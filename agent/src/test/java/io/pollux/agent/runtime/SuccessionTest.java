package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowChange;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.takeover.ReplaySync;
import io.pollux.ha.takeover.TakeoverPlan;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a takeover does before the gate opens, and what it leaves for afterwards. */
class SuccessionTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long JUMP = 10_000_000;
  private final FakeSas kernel = new FakeSas();
  private final StandbyKernel standby =
      new StandbyKernel(kernel, Runnable::run, new JumpPolicy.Fixed(JUMP), InboundTop.LENIENT);
  private final Succession succession = new Succession(standby, RekeyAfterTakeover.SPREAD);
  private final Shadow shadow = new Shadow();
  private final ChildSaSnapshot busy = child(0x1001);
  private final ChildSaSnapshot idle = child(0x1002);
  private final ChildSaSnapshot unknown = child(0x1003);
  private final List<Outcome> answers = new ArrayList<>();

  /** With policies of its own. */
  private static ChildSaSnapshot child(int spi) {
    return TestChild.of(spi).snapshot().withReqid(new Reqid(spi));
  }

  private void follows(ChildSaSnapshot... children) {
    follows(List.of(), children);
  }

  private void follows(List<String> peerSupports, ChildSaSnapshot... children) {
    Secret none = Secret.EMPTY;
    Identity id = new Identity(2, Octets.EMPTY);
    IkeSaSnapshot sa =
        new IkeSaSnapshot(
            TestChild.IKE,
            true,
            "site",
            busy.local(),
            busy.peer(),
            false,
            false,
            id,
            id,
            new IkeAlgorithms(20, 256, 5, 0, 31),
            new IkeKeys(none, none, none, none, none, none, none),
            new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
            peerSupports,
            busy.lifetimes(),
            0,
            List.of(children));
    shadow.replace(new HaSnapshot(4, Segment.DEFAULT, 0, List.of(sa)), 0);
    for (ChildSaSnapshot child : List.of(busy, idle)) {
      standby.apply(List.of(new ShadowChange.ChildAdded(child, Optional.empty())), 0);
    }
    // a million packets a second on one of them
    standby.apply(
        List.of(new ShadowChange.ReplayAdvanced(busy, new ReplayState(1_000_000, 0), 0)), SECOND);
  }

  private TakeoverPlan takeOver(long nowNs) {
    succession.prepare(shadow, nowNs, answers::add);
    succession.tell(shadow);
    return succession.plan(6, shadow.snapshot(nowNs).sas(), nowNs).finish();
  }

  private ReplayState told(EspSpi child) {
    return shadow.child(child, 0).orElseThrow().replay();
  }

  /** RFC 6311 section 5.2: 5,000 packets a second came in, and nothing was heard for 3 s. */
  @Test
  void aPeerThatCanIsAskedToStepOverWhatWasMissed() {
    for (boolean can : List.of(true, false)) {
      SuccessionTest each = new SuccessionTest();
      each.follows(can ? List.of(CounterSync.REPLAY_COUNTERS) : List.of(), each.busy, each.idle);
      each.receives();
      List<ReplaySync> syncs = each.takeOver(5 * SECOND).syncs();
      if (!can) {
        assertThat(syncs).isEmpty();
        continue;
      }
      assertThat(syncs).hasSize(1);
      ReplaySync sync = syncs.getFirst();
      assertThat(sync.delta()).isEqualTo(2 * 15_000 + each.busy.replayWindow());
      assertThat(sync.tops())
          .containsEntry(each.busy.inboundSpi(), 5_000 + sync.delta())
          .containsEntry(each.idle.inboundSpi(), sync.delta());
    }
  }

  /** 5,000 packets a second came in, and nothing was heard for 2 s: none of them twice. */
  @Test
  void aStrictWindowGoesBeyondWhatWasMissedBeforeTheAnswer() {
    StandbyKernel strict =
        new StandbyKernel(kernel, Runnable::run, new JumpPolicy.Fixed(JUMP), InboundTop.STRICT);
    follows(busy, idle);
    for (ChildSaSnapshot child : List.of(busy, idle)) {
      strict.apply(List.of(new ShadowChange.ChildAdded(child, Optional.empty())), 0);
    }
    ReplayState state = new ReplayState(1_000_000, 5_000);
    strict.apply(List.of(new ShadowChange.ReplayAdvanced(busy, state, 0)), SECOND);
    assertThat(kernel.inbound).containsEntry(busy.inboundSpi(), 5_000L);
    new Succession(strict, RekeyAfterTakeover.SPREAD)
        .prepare(
            shadow,
            3 * SECOND,
            answer -> {
              assertThat(kernel.inbound)
                  .containsEntry(busy.inboundSpi(), 15_000L)
                  .containsEntry(idle.inboundSpi(), 0L);
              answers.add(answer);
            });
    assertThat(answers).hasSize(1);
  }

  private void receives() {
    ReplayState state = new ReplayState(1_000_000, 5_000);
    shadow.know(busy.inboundSpi(), state);
    standby.apply(List.of(new ShadowChange.ReplayAdvanced(busy, state, 0)), 2 * SECOND);
  }

  @Test
  void whatIsSafelyAheadIsLeftAlone() {
    follows(busy, idle);
    TakeoverPlan plan = takeOver(2 * SECOND);
    assertThat(answers).containsExactly(new Outcome(true, "0 written, 0 shut"));
    assertThat(kernel.outbound).containsEntry(idle.outboundSpi(), JUMP);
    assertThat(told(busy.inboundSpi()).oseq()).isEqualTo(JUMP);
    assertThat(told(busy.inboundSpi()).jumps().takeovers()).isEqualTo(1);
    assertThat(plan.shut()).isEmpty();
    assertThat(plan.repairs()).isEmpty();
    assertThat(plan.rekeys()).hasSize(2);
  }

  @Test
  void whatMayHaveBeenUsedIsWrittenBeforeTheAnswer() {
    follows(busy, idle);
    TakeoverPlan plan = takeOver(20 * SECOND);
    assertThat(answers).containsExactly(new Outcome(true, "1 written, 0 shut, 0 refused"));
    long written = kernel.outbound.get(busy.outboundSpi());
    assertThat(written).isEqualTo(1_000_000 + 19 * 2_000_000 + JUMP);
    assertThat(kernel.outbound).containsEntry(idle.outboundSpi(), JUMP);
    assertThat(told(busy.inboundSpi()).oseq()).isEqualTo(written);
    assertThat(plan.repairs()).hasSize(1);
  }

  @Test
  void aChildThatNobodyFollowsStandsShut() {
    follows(busy, idle, unknown);
    TakeoverPlan plan = takeOver(2 * SECOND);
    assertThat(answers).containsExactly(new Outcome(true, "0 written, 1 shut"));
    assertThat(kernel.calls).contains("remove-outbound " + unknown.inboundSpi());
    assertThat(plan.shut())
        .singleElement()
        .satisfies(s -> assertThat(s.child()).isEqualTo(unknown.inboundSpi()));
    assertThat(plan.rekeys()).hasSize(3);
    assertThat(plan.rekeys().getFirst().shut()).isTrue();
  }

  /** Gate and addresses overtake the SAs' lane: the answer must come behind it. */
  @Test
  void theAnswerWaitsForWhatWasOrderedBefore() {
    for (boolean shut : List.of(false, true)) {
      SuccessionTest each = new SuccessionTest();
      each.follows(shut ? each.all() : new ChildSaSnapshot[] {each.busy, each.idle});
      each.kernel.outbound.put(each.unknown.outboundSpi(), 0L);
      each.kernel.hold();
      ReplayState older = new ReplayState(6_000_000, 0);
      each.standby.apply(List.of(new ShadowChange.ReplayAdvanced(each.busy, older, 0)), 2 * SECOND);
      each.succession.prepare(each.shadow, 2 * SECOND, each.answers::add);
      assertThat(each.answers).isEmpty();
      each.kernel.letGo();
      assertThat(each.answers).hasSize(1);
      assertThat(each.kernel.outbound).containsEntry(each.busy.outboundSpi(), 6_000_000 + JUMP);
      assertThat(each.kernel.outbound.containsKey(each.unknown.outboundSpi())).isEqualTo(!shut);
    }
  }

  private ChildSaSnapshot[] all() {
    return new ChildSaSnapshot[] {busy, idle, unknown};
  }

  /** What still comes over the link is older than the packets that go out by then. */
  @Test
  void noCounterIsWrittenAfterTheAnswer() {
    follows(busy, idle);
    succession.prepare(shadow, 2 * SECOND, answers::add);
    long sent = JUMP + 50_000;
    kernel.outbound.put(busy.outboundSpi(), sent);
    standby.apply(
        List.of(new ShadowChange.ReplayAdvanced(busy, new ReplayState(3_600_000, 0), 0)),
        2 * SECOND);
    standby.reinstall(busy, 2 * SECOND);
    assertThat(kernel.outbound).containsEntry(busy.outboundSpi(), sent);
    standby.follow(2 * SECOND); // given up
    standby.apply(
        List.of(new ShadowChange.ReplayAdvanced(busy, new ReplayState(9_000_000, 0), 0)),
        3 * SECOND);
    assertThat(kernel.outbound).containsEntry(busy.outboundSpi(), 9_000_000 + JUMP);
  }

  /**
   * A change of address that still comes over the link: the SA may have sent beyond where it was
   * armed, and one that is shut must not come back.
   */
  @Test
  void noSaIsMadeAnewAfterTheAnswer() {
    for (boolean reigns : List.of(true, false)) {
      SuccessionTest each = new SuccessionTest();
      ChildSaSnapshot moved = each.busy;
      ChildSaSnapshot there =
          moved.withEndpoints(
              moved.local(),
              new Endpoint(InetAddress.ofLiteral("198.51.100.9"), moved.peer().port()),
              false);
      each.follows(each.busy, each.idle);
      each.succession.prepare(each.shadow, 2 * SECOND, each.answers::add);
      long sent = JUMP + 50_000;
      each.kernel.outbound.put(moved.outboundSpi(), sent);
      each.kernel.calls.clear();
      each.standby.apply(List.of(new ShadowChange.ChildMoved(moved, there)), 2 * SECOND);
      assertThat(each.kernel.calls).isEmpty();
      assertThat(each.kernel.outbound).containsEntry(moved.outboundSpi(), sent);
      if (reigns) { // which makes it anew, from where it stands by then
        assertThat(each.standby.lateMoves()).containsExactly(new Effect.MoveChild(moved, there));
      } else {
        each.standby.follow(3 * SECOND);
        assertThat(each.kernel.calls).contains("install " + moved.inboundSpi());
        assertThat(each.kernel.outbound.get(moved.outboundSpi())).isGreaterThanOrEqualTo(sent);
      }
      assertThat(each.standby.lateMoves()).isEmpty();
    }
  }

  /** One of thousands: it is shut and rekeyed first, and the others go on. */
  @Test
  void aRefusedCounterDoesNotStopTheTakeover() {
    follows(busy, idle);
    kernel.refuses.add(busy.outboundSpi());
    TakeoverPlan plan = takeOver(20 * SECOND);
    assertThat(answers).containsExactly(new Outcome(true, "1 written, 0 shut, 1 refused"));
    assertThat(kernel.outbound).containsOnlyKeys(idle.outboundSpi());
    assertThat(plan.shut())
        .singleElement()
        .satisfies(s -> assertThat(s.child()).isEqualTo(busy.inboundSpi()));
    assertThat(plan.rekeys().getFirst().child()).isEqualTo(busy.inboundSpi());
    assertThat(told(busy.inboundSpi()).jumps().packets()).isEqualTo(Arming.SPENT);
  }

  /** It would send numbers that were used: then no gate is opened. */
  @Test
  void anSaThatCannotBeTakenOutStopsIt() {
    follows(busy, idle);
    kernel.refuses.add(busy.outboundSpi());
    kernel.sticks.add(busy.outboundSpi());
    succession.prepare(shadow, 20 * SECOND, answers::add);
    assertThat(answers)
        .containsExactly(new Outcome(false, "1 written, 0 shut, 1 refused; it stands"));
  }

  /** Another node may have reigned since: whatever the margins are, all go a jump further. */
  @Test
  void whatAnotherNodeMayHaveUsedIsSteppedOver() {
    follows(busy, idle);
    long now = SECOND + SECOND / 10;
    succession.prepare(shadow, OptionalLong.of(now), now, answers::add);
    succession.tell(shadow);
    assertThat(answers).containsExactly(new Outcome(true, "2 written, 0 shut, 0 refused"));
    assertThat(kernel.outbound.get(busy.outboundSpi())).isGreaterThan(1_000_000 + 2 * JUMP);
    assertThat(kernel.outbound.get(idle.outboundSpi())).isGreaterThan(2 * JUMP);
    for (ChildSaSnapshot child : List.of(busy, idle)) {
      assertThat(told(child.inboundSpi()).oseq())
          .isEqualTo(kernel.outbound.get(child.outboundSpi()));
    }
    assertThat(succession.plan(6, shadow.snapshot(now).sas(), now).finish().repairs()).hasSize(2);
  }

  /** The plan is for one reign: the next one begins with nothing of it. */
  @Test
  void nothingIsLeftOverForTheNextTakeover() {
    follows(busy, idle);
    takeOver(20 * SECOND);
    answers.clear();
    standby.follow(20 * SECOND);
    standby.apply(
        List.of(new ShadowChange.ReplayAdvanced(busy, told(busy.inboundSpi()), 0)), 21 * SECOND);
    assertThat(takeOver(21 * SECOND).repairs()).isEmpty();
    assertThat(answers).containsExactly(new Outcome(true, "0 written, 0 shut"));
  }
}
