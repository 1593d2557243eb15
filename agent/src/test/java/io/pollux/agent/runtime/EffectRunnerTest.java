package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.agent.hooks.ConnectionHook;
import io.pollux.agent.hooks.IkeKeysFile;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/**
 * Where outbound SAs start that this node makes anew in its reign. The other node follows its
 * shadow as far as it was told before the kernel was: from there it would go on if the power went
 * right then.
 */
class EffectRunnerTest {
  private static final long NOW = 1_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final long JUMP = 1L << 30;

  private final FakeSas kernel = new FakeSas();
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final List<Input> inputs = new ArrayList<>();
  private final Replication replication =
      new Replication(
          new Deaf(), 1, _ -> new LinkMessage.Hello(1, 1, "a", 0, 0, Octets.EMPTY), Legacy.none());
  private final StandbyKernel standby =
      new StandbyKernel(kernel, Runnable::run, new JumpPolicy.Auto(), InboundTop.LENIENT);
  private final Succession succession = new Succession(standby, RekeyAfterTakeover.SPREAD);
  private final ActiveCounters counters =
      new ActiveCounters(
          kernel,
          loop::add,
          PollPolicy.DEFAULT,
          event -> replication.replicate(event, false, NOW),
          _ -> {});
  private final Rekeying rekeying =
      new Rekeying(
          counters,
          new JumpPolicy.Auto(),
          true,
          _ -> {},
          new ReplaySyncs(kernel, loop::add, _ -> {}));
  private final Promotion promotion =
      new Promotion(replication, succession, counters, rekeying, ConnectionHook.NONE, loop::add);
  private final EffectRunner runner =
      new EffectRunner(
          parts(), loop::add, promotion, replication, counters, rekeying, inputs::add, _ -> {});

  // The other node, and its kernel.
  private final FakeSas otherKernel = new FakeSas();
  private final StandbyKernel other =
      new StandbyKernel(otherKernel, Runnable::run, new JumpPolicy.Auto(), InboundTop.LENIENT);
  private final Shadow otherShadow = new Shadow();

  private final IkeSaSnapshot sa = ScaleFixture.snapshot(1).sas().getFirst();

  private SaParts parts() {
    return new SaParts(
        null,
        kernel,
        null,
        ConnectionHook.NONE,
        new IkeKeysFile(),
        null,
        null,
        _ -> new LinkMessage.Hello(1, 1, "a", 0, 0, Octets.EMPTY),
        1,
        Legacy.none(),
        PollPolicy.DEFAULT,
        new JumpPolicy.Auto(),
        InboundTop.LENIENT,
        RekeyAfterTakeover.SPREAD,
        true,
        null,
        _ -> {},
        () -> "",
        _ -> {});
  }

  /** This node's reign begins with these children of one IKE SA. */
  private void reignWith(ChildSaSnapshot... children) {
    HaSnapshot content =
        new HaSnapshot(2, Segment.DEFAULT, 0, List.of(sa.withChildren(List.of(children))));
    apply(standby, replication.shadow().replace(content, NOW));
    succession.prepare(replication.shadow(), NOW, _ -> {});
    promotion.begin(4, NOW, NOW);
    promotion.goOn(() -> {});
    runLoop();
    otherFollows();
  }

  private void otherFollows() {
    apply(other, otherShadow.replace(replication.shadow().snapshot(NOW), NOW));
  }

  private static void apply(StandbyKernel into, ShadowOutcome outcome) {
    assertThat(outcome).isInstanceOf(ShadowOutcome.Applied.class);
    into.apply(((ShadowOutcome.Applied) outcome).changes(), NOW);
  }

  private void runLoop() {
    while (!loop.isEmpty()) {
      loop.remove().run();
    }
  }

  private void run(Effect... effects) {
    runner.run(List.of(effects), NOW);
    runLoop();
  }

  private static ChildSaSnapshot noEsn(int spi) {
    return TestChild.of(spi).with(new EspAlgorithms(20, 256, 0, false), 36, 0).snapshot();
  }

  private static ChildSaSnapshot elsewhere(ChildSaSnapshot child) {
    Endpoint far = new Endpoint(InetAddress.ofLiteral("198.51.100.9"), child.peer().port());
    return child.withEndpoints(child.local(), far, child.udpEncap());
  }

  private long sent(ChildSaSnapshot child) {
    return kernel.outbound.get(child.outboundSpi());
  }

  private void read(ChildSaSnapshot child, long oseq, long atNs) {
    kernel.outbound.put(child.outboundSpi(), oseq);
    counters.event(child.inboundSpi(), new ReplayState(oseq, 1), atNs);
  }

  /** What the peer has sent on the new key, or its Delete of the old one, comes to the heir. */
  @Test
  void theHeirSwitchesToASuccessorAheadOfWhatTheDeadNodeMayHaveSentOnIt() {
    ChildSaSnapshot old = TestChild.of(0x1001).snapshot();
    ChildSaSnapshot fresh = TestChild.of(0x1002).waiting().snapshot();
    reignWith(old, fresh);
    run(
        new Effect.Replicate(
            new IkeEvent.ChildSaSwitched(sa.spis(), old.inboundSpi(), fresh.inboundSpi())),
        new Effect.SwitchOutbound(old, fresh.withOutboundActive(true)));
    assertThat(sent(fresh)).isEqualTo(JUMP);
    assertThat(kernel.outbound).doesNotContainKey(old.outboundSpi());
    otherFollows();
    assertThat(otherKernel.outbound.get(fresh.outboundSpi())).isEqualTo(2 * JUMP);
  }

  @Test
  void aSuccessorOfThisReignStartsAtTheBeginning() {
    ChildSaSnapshot old = TestChild.of(0x1001).snapshot();
    ChildSaSnapshot fresh = TestChild.of(0x1002).waiting().snapshot();
    reignWith(old);
    run(new Effect.InstallChild(new EffectId(9), fresh, Optional.of(old), false));
    run(new Effect.Replicate(new IkeEvent.ChildSaRekeyed(sa.spis(), old.inboundSpi(), fresh)));
    run(
        new Effect.Replicate(
            new IkeEvent.ChildSaSwitched(sa.spis(), old.inboundSpi(), fresh.inboundSpi())),
        new Effect.SwitchOutbound(old, fresh.withOutboundActive(true)));
    assertThat(sent(fresh)).isZero();
  }

  /** Two IKE SAs with one peer: what stood aside sends again when the other one goes. */
  @Test
  void whatHasSentBeforeInThisReignDoesNotBeginAnew() {
    ChildSaSnapshot first = TestChild.of(0x1001).snapshot();
    ChildSaSnapshot second = TestChild.of(0x1002).waiting().snapshot();
    reignWith(first);
    long before = sent(first) + 5_000_000;
    read(first, before, NOW);
    run(new Effect.InstallChild(new EffectId(9), second, Optional.of(first), false));
    run(
        new Effect.Replicate(new IkeEvent.ChildSaUp(sa.spis(), second.withOutboundActive(true))),
        new Effect.SwitchOutbound(first, second.withOutboundActive(true)));
    run(
        new Effect.Replicate(
            new IkeEvent.ChildSaSwitched(sa.spis(), second.inboundSpi(), first.inboundSpi())),
        new Effect.SwitchOutbound(second, first));
    assertThat(sent(first)).isGreaterThan(before + 10 * 250_000);
  }

  /** The heir goes on with a request of the dead node, and comes to the same keys. */
  @Test
  void anInheritedChildStartsAheadAndTheStandbyAheadOfThat() {
    for (boolean esn : List.of(true, false)) {
      EffectRunnerTest each = new EffectRunnerTest();
      each.reignWith();
      ChildSaSnapshot child = esn ? TestChild.of(0x1001).snapshot() : noEsn(0x1001);
      long ahead = esn ? JUMP : 1 << 26;
      each.run(new Effect.InstallChild(new EffectId(9), child, Optional.empty(), true));
      each.run(new Effect.Replicate(new IkeEvent.ChildSaUp(each.sa.spis(), child)));
      assertThat(each.sent(child)).isEqualTo(ahead);
      assertThat(each.counters.lastRead(child.inboundSpi()).jumps()).isEqualTo(new Jumps(1, ahead));
      each.otherFollows();
      assertThat(each.otherKernel.outbound.get(child.outboundSpi())).isGreaterThan(ahead);
      assertThat(each.standbyMargin(child)).isPositive();
    }
  }

  /** The first heir was gone before anybody heard of its child. */
  @Test
  void theSecondHeirOfAnExchangeStartsAheadOfTheFirst() {
    for (boolean esn : List.of(true, false)) {
      ChildSaSnapshot child = esn ? TestChild.of(0x1001).snapshot() : noEsn(0x1001);
      long first = inheritedAt(3, child);
      assertThat(first).isEqualTo(esn ? JUMP : 1 << 26);
      assertThat(inheritedAt(4, child)).isGreaterThanOrEqualTo(first + (1 << 26));
    }
  }

  /** From a copy of epoch 2. */
  private static long inheritedAt(long epoch, ChildSaSnapshot child) {
    EffectRunnerTest each = new EffectRunnerTest();
    apply(
        each.standby,
        each.replication
            .shadow()
            .replace(
                new HaSnapshot(2, Segment.DEFAULT, 0, List.of(each.sa.withChildren(List.of()))),
                NOW));
    each.runner.begin(epoch, NOW);
    each.promotion.begin(epoch, NOW, NOW);
    each.run(new Effect.InstallChild(new EffectId(9), child, Optional.empty(), true));
    each.run(new Effect.Replicate(new IkeEvent.ChildSaUp(each.sa.spis(), child)));
    return each.sent(child);
  }

  private long standbyMargin(ChildSaSnapshot child) {
    return other.margin(child.inboundSpi(), NOW).orElseThrow().armed() - sent(child);
  }

  @Test
  void anInheritedSuccessorIsSwitchedToAheadToo() {
    ChildSaSnapshot old = TestChild.of(0x1001).snapshot();
    ChildSaSnapshot fresh = TestChild.of(0x1002).waiting().snapshot();
    reignWith(old);
    run(new Effect.InstallChild(new EffectId(9), fresh, Optional.of(old), true));
    run(
        new Effect.Replicate(new IkeEvent.ChildSaRekeyed(sa.spis(), old.inboundSpi(), fresh)),
        new Effect.Replicate(
            new IkeEvent.ChildSaSwitched(sa.spis(), old.inboundSpi(), fresh.inboundSpi())),
        new Effect.SwitchOutbound(old, fresh.withOutboundActive(true)));
    assertThat(sent(fresh)).isEqualTo(JUMP);
  }

  @Test
  void whatIsShutIsNotSwitchedTo() {
    ChildSaSnapshot old = TestChild.of(0x1001).snapshot();
    ReplayState spent = new ReplayState(9, 9).withJumps(new Jumps(4, 1L << 33));
    ChildSaSnapshot fresh = TestChild.of(0x1002).waiting().snapshot().withAge(0, spent);
    reignWith(old, fresh);
    run(
        new Effect.Replicate(
            new IkeEvent.ChildSaSwitched(sa.spis(), old.inboundSpi(), fresh.inboundSpi())),
        new Effect.SwitchOutbound(old, fresh.withOutboundActive(true)));
    assertThat(kernel.outbound).isEmpty();
  }

  /** A new address means new SAs; the standby is ahead of them from the first moment. */
  @Test
  void aMovedChildStartsAheadAndTheStandbyAheadOfThat() {
    for (boolean esn : List.of(true, false)) {
      EffectRunnerTest each = new EffectRunnerTest();
      ChildSaSnapshot child = esn ? TestChild.of(0x1001).snapshot() : noEsn(0x1001);
      each.reignWith(child);
      long before = each.sent(child) + 700_000;
      each.read(child, before, NOW - SECOND / 10);
      each.kernel.toldBefore = each::otherFollows;
      each.moveTo(child, elsewhere(child));
      long moved = each.sent(child);
      assertThat(moved).isGreaterThan(before + 250_000);
      assertThat(each.otherKernelAtTheMove).isGreaterThan(moved);
      ReplayState read = each.counters.lastRead(child.inboundSpi());
      assertThat(read.oseq()).isEqualTo(moved);
      assertThat(read.jumps().packets() - each.jumpsAtFirst(esn)).isEqualTo(moved - before);
    }
  }

  private long jumpsAtFirst(boolean esn) {
    return new JumpPolicy.Auto().jump(esn, 0, 0);
  }

  private long otherKernelAtTheMove;

  private void moveTo(ChildSaSnapshot before, ChildSaSnapshot after) {
    Runnable follow = kernel.toldBefore;
    kernel.toldBefore =
        () -> {
          follow.run();
          otherKernelAtTheMove = otherKernel.outbound.get(after.outboundSpi());
        };
    run(
        new Effect.Replicate(
            new IkeEvent.IkeSaMoved(sa.spis(), after.local(), after.peer(), false)),
        new Effect.MoveChild(before, after));
  }

  /** The step is no traffic: neither node believes in a rate that nobody has sent at. */
  @Test
  void aMoveRaisesNobodysRate() {
    ChildSaSnapshot child = TestChild.of(0x1001).snapshot();
    reignWith(child);
    long before = sent(child);
    read(child, before, NOW);
    read(child, before + 100, NOW + SECOND);
    moveTo(child, elsewhere(child));
    read(child, sent(child) + 10, NOW + SECOND + SECOND / 10);
    assertThat(counters.status(child.inboundSpi(), NOW).orElseThrow().peakOutPerSecond())
        .isLessThan(1000);
    otherFollows();
    assertThat(other.margin(child.inboundSpi(), NOW + 3 * SECOND).orElseThrow().packets())
        .isGreaterThan(JUMP / 2);
  }

  @Test
  void whereOnlyPortsChangeNothingIsStepped() {
    ChildSaSnapshot child = TestChild.of(0x1001).encapsulated().snapshot();
    reignWith(child);
    ReplayState before = counters.lastRead(child.inboundSpi());
    Endpoint port = new Endpoint(child.peer().address(), 40_001);
    moveTo(child, child.withEndpoints(child.local(), port, true));
    assertThat(counters.lastRead(child.inboundSpi())).isEqualTo(before);
  }

  @Test
  void aMoveThatTheNumbersDoNotAllowSendsNothingAndIsRekeyed() {
    ChildSaSnapshot child = noEsn(0x1001);
    reignWith(child);
    read(child, (1L << 32) - 1000, NOW);
    moveTo(child, elsewhere(child));
    assertThat(kernel.outbound).doesNotContainKey(child.outboundSpi());
    assertThat(inputs).contains(new Input.RekeyDue(child.inboundSpi()));
  }

  /** A peer that has failed over asks: RFC 6311 section 5.2. */
  @Test
  void aStepIsToldBeforeItIsWritten() {
    for (boolean esn : List.of(true, false)) {
      EffectRunnerTest each = new EffectRunnerTest();
      ChildSaSnapshot child = esn ? TestChild.of(0x1001).snapshot() : noEsn(0x1001);
      each.reignWith(child);
      long before = each.sent(child);
      each.kernel.toldBefore =
          () -> {
            each.otherFollows();
            each.otherKernelAtTheMove = each.otherKernel.outbound.get(child.outboundSpi());
          };
      each.run(new Effect.StepOutbound(child, 5_000_000));
      assertThat(each.sent(child)).isGreaterThanOrEqualTo(before + 5_000_000);
      assertThat(each.otherKernelAtTheMove).isGreaterThan(each.sent(child));
      assertThat(each.counters.lastRead(child.inboundSpi()).oseq()).isEqualTo(each.sent(child));
      assertThat(each.inputs).isEmpty();
    }
  }

  @Test
  void aStepThatTheKernelRefusesIsMendedByARekey() {
    ChildSaSnapshot child = TestChild.of(0x1001).snapshot();
    reignWith(child);
    kernel.refusesWrites = true;
    run(new Effect.StepOutbound(child, 1000));
    assertThat(inputs).containsExactly(new Input.RekeyDue(child.inboundSpi()));
  }

  @Test
  void aRefusedInheritedChildLeavesNothingBehind() {
    reignWith();
    kernel.installs = new KernelResult.Refused(17, "EEXIST");
    ChildSaSnapshot child = TestChild.of(0x1001).snapshot();
    run(new Effect.InstallChild(new EffectId(9), child, Optional.empty(), true));
    kernel.installs = new KernelResult.Done();
    run(new Effect.InstallChild(new EffectId(10), child, Optional.empty(), false));
    run(new Effect.Replicate(new IkeEvent.ChildSaUp(sa.spis(), child)));
    assertThat(counters.lastRead(new EspSpi(0x1001))).isEqualTo(ReplayState.NEW);
  }

  /** Nobody is told anything. */
  private static final class Deaf implements Replication.Owner {
    @Override
    public void send(List<Effect.Transmit> transmits) {}

    @Override
    public void followed(ShadowOutcome.Applied applied) {}

    @Override
    public void acknowledged(long index) {}

    @Override
    public void synced(SyncState state) {}

    @Override
    public void peerRole(Octets octets) {}

    @Override
    public void peerControl(Octets octets) {}

    @Override
    public void broken(String reason) {
      throw new AssertionError(reason);
    }
  }
}
