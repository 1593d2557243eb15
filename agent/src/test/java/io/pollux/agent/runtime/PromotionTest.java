package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.hooks.ConnectionHook;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** The rest of a promotion comes in slices, and nobody can tell. */
class PromotionTest {
  private static final int SAS = 3 * Promotion.SLICE + 10;
  private static final long NOW = 1_000_000_000L;

  /** One for each slice of the following; what the plan takes, and the end, come after them. */
  private static final int FOLLOWING = 4;

  private final FakeSas kernel = new FakeSas();
  private final StandbyKernel standby =
      new StandbyKernel(kernel, Runnable::run, new JumpPolicy.Auto(), InboundTop.LENIENT);
  private final Replication replication =
      new Replication(
          new Deaf(), 1, _ -> new LinkMessage.Hello(1, 1, "a", 0, 0, Octets.EMPTY), Legacy.none());
  private final Succession succession = new Succession(standby, RekeyAfterTakeover.SPREAD);
  private final ActiveCounters counters =
      new ActiveCounters(kernel, Runnable::run, PollPolicy.DEFAULT, _ -> 0, _ -> {});
  private final Rekeying rekeying =
      new Rekeying(
          counters,
          new JumpPolicy.Auto(),
          true,
          _ -> {},
          new ReplaySyncs(kernel, Runnable::run, _ -> {}));
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final List<String> whole = new ArrayList<>();
  private final HaSnapshot content = ScaleFixture.snapshot(SAS);

  private Promotion standingBy(ConnectionHook hook) {
    if (replication.shadow().replace(content, NOW) instanceof ShadowOutcome.Applied(var changes)) {
      standby.apply(changes, NOW);
    }
    return new Promotion(replication, succession, counters, rekeying, hook, loop::add);
  }

  private Input.Promote takeOver(Promotion promotion, long epoch) {
    succession.prepare(replication.shadow(), NOW, _ -> {});
    Input.Promote promote = promotion.begin(epoch, NOW, NOW);
    promotion.goOn(() -> whole.add("epoch " + epoch));
    return promote;
  }

  private void run(int slices) {
    for (int i = 0; i < slices; i++) {
      loop.remove().run();
    }
  }

  private void runAll() {
    while (!loop.isEmpty()) {
      loop.remove().run();
    }
  }

  private IkeSaSnapshot sa(int i) {
    return content.sas().get(i);
  }

  private ChildSaSnapshot child(int i) {
    return sa(i).children().getFirst();
  }

  private static Effect remove(ChildSaSnapshot child) {
    return new Effect.RemoveChild(child, false);
  }

  private List<EspSpi> followed() {
    return counters.children().stream().map(ChildSaSnapshot::inboundSpi).toList();
  }

  @Test
  void theEngineHasAllSasBeforeAnyOfTheRestIsDone() {
    Promotion promotion = standingBy(ConnectionHook.NONE);
    Input.Promote promote = takeOver(promotion, 4);

    assertThat(promote.epoch()).isEqualTo(4);
    assertThat(promote.sas()).hasSize(SAS);
    assertThat(replication.leading()).isTrue();
    assertThat(followed()).isEmpty();
    assertThat(rekeying.isAwaiting()).isTrue();
    assertThat(promotion.isRunning()).isTrue();
  }

  @Test
  void eachSliceIsBoundedAndOneWaitsAtATime() {
    Promotion promotion = standingBy(ConnectionHook.NONE);
    takeOver(promotion, 4);
    for (int i = 1; i < FOLLOWING; i++) {
      assertThat(loop).hasSize(1);
      run(1);
      assertThat(followed()).hasSize(i * Promotion.SLICE);
    }
    run(1);
    assertThat(followed()).hasSize(SAS);
    assertThat(rekeying.isAwaiting()).isTrue();
    runAll();
    assertThat(rekeying.isAwaiting()).isFalse();
    assertThat(rekeying.progress().planned()).isEqualTo(SAS);
    assertThat(promotion.isRunning()).isFalse();
    assertThat(whole).containsExactly("epoch 4");
  }

  /** The reign's number of jumps counts, whenever a child is followed. */
  @Test
  void everyChildIsFollowedFromWhereThisNodeIsArmed() {
    takeOver(standingBy(ConnectionHook.NONE), 4);
    runAll();
    for (int i = 0; i < SAS; i++) {
      var read = counters.lastRead(child(i).inboundSpi());
      assertThat(read.jumps().takeovers()).isEqualTo(1);
      assertThat(read.oseq()).isGreaterThan(child(i).replay().oseq());
    }
  }

  /** A peer deletes one, after each number of slices: what comes out is the same. */
  @Test
  void aChildThatEndsMeanwhileIsNoConcernAnyMore() {
    for (int slices = 0; slices <= FOLLOWING + 5; slices++) {
      PromotionTest each = new PromotionTest();
      Promotion promotion = each.standingBy(ConnectionHook.NONE);
      each.takeOver(promotion, 4);
      each.run(Math.min(slices, each.sliceCount()));
      ChildSaSnapshot gone = each.child(Promotion.SLICE + 7);

      promotion.before(remove(gone)); // as the effects' runner does it
      each.counters.remove(gone.inboundSpi());
      each.rekeying.gone(gone.inboundSpi());
      each.runAll();

      assertThat(each.followed())
          .as("after %d slices", slices)
          .hasSize(SAS - 1)
          .doesNotContain(gone.inboundSpi());
      assertThat(each.rekeying.progress().done()).isEqualTo(1);
      assertThat(each.rekeying.progress().planned()).isEqualTo(SAS);
      assertThat(each.whole).containsExactly("epoch 4");
    }
  }

  /** Never more than are left: each that runs queues the next one, until the last. */
  private int sliceCount() {
    PromotionTest other = new PromotionTest();
    other.takeOver(other.standingBy(ConnectionHook.NONE), 4);
    int count = 0;
    while (!other.loop.isEmpty()) {
      other.run(1);
      count++;
    }
    return count;
  }

  @Test
  void whatAnswersAPeerWaitsForNothing() {
    Promotion promotion = standingBy(ConnectionHook.NONE);
    takeOver(promotion, 4);
    promotion.before(
        new Effect.Replicate(
            new IkeEvent.ExchangeAnswered(sa(5).spis(), new MessageId(2), List.of())));
    assertThat(followed()).isEmpty();
  }

  @Test
  void aNewChildFindsAllOthersFollowed() {
    Promotion promotion = standingBy(ConnectionHook.NONE);
    takeOver(promotion, 4);
    run(1);
    promotion.before(new Effect.Replicate(new IkeEvent.ChildSaUp(sa(5).spis(), child(5))));
    assertThat(followed()).hasSize(SAS).doesNotHaveDuplicates();
  }

  /** It says what has come and gone: it must know what stands. */
  @Test
  void aHookKnowsAllBeforeAnythingEnds() {
    ConnectionHook hook = new ConnectionHook("a", List.of("/bin/true"), 1_000_000_000L);
    Promotion promotion = standingBy(hook);
    takeOver(promotion, 4);
    promotion.before(remove(child(SAS - 1)));
    assertThat(followed()).hasSize(SAS);
  }

  @Test
  void whoAsksForThePlanHasItMadeAtOnce() {
    Promotion promotion = standingBy(ConnectionHook.NONE);
    takeOver(promotion, 4);
    rekeying.gone(child(3).inboundSpi());
    assertThat(rekeying.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
    assertThat(rekeying.isShut(child(4))).isFalse();
    assertThat(rekeying.isAwaiting()).isFalse();
    assertThat(rekeying.progress().planned()).isEqualTo(SAS);
    assertThat(rekeying.progress().done()).isEqualTo(1);
    assertThat(rekeying.nextWakeNs()).isLessThan(Long.MAX_VALUE);
    runAll();
    assertThat(rekeying.progress().planned()).isEqualTo(SAS);
    assertThat(whole).containsExactly("epoch 4");
  }

  /** The final reading is of all of them, and no slice comes after it. */
  @Test
  void aDemotionInTheMiddleEndsIt() {
    for (int slices = 0; slices < FOLLOWING + 3; slices++) {
      PromotionTest each = new PromotionTest();
      Promotion promotion = each.standingBy(ConnectionHook.NONE);
      each.takeOver(promotion, 4);
      each.run(slices);

      promotion.followAll();
      promotion.end();
      each.rekeying.clear();
      assertThat(each.followed()).hasSize(SAS).doesNotHaveDuplicates();

      each.counters.clear(); // the resync that follows
      each.runAll();
      assertThat(each.followed()).isEmpty();
      assertThat(each.rekeying.isAwaiting()).isFalse();
      assertThat(each.rekeying.progress().planned()).isZero();
      assertThat(each.whole).isEmpty();
    }
  }

  /** Another reign begins while slices of the first one wait. */
  @Test
  void aSecondTakeoverInTheMiddleStandsAlone() {
    for (int slices = 0; slices < FOLLOWING + 3; slices++) {
      PromotionTest each = new PromotionTest();
      Promotion promotion = each.standingBy(ConnectionHook.NONE);
      each.takeOver(promotion, 4);
      each.run(slices);
      promotion.before(remove(each.child(1))); // of the first reign
      each.replication.follow(false, NOW);
      each.standby.begin(each.replication.shadow(), NOW);

      assertThat(each.takeOver(promotion, 5).sas()).hasSize(SAS);
      assertThat(each.followed()).isEmpty();
      each.runAll();
      assertThat(each.followed()).hasSize(SAS).doesNotHaveDuplicates();
      assertThat(each.rekeying.progress().planned()).isEqualTo(SAS);
      assertThat(each.counters.lastRead(each.child(0).inboundSpi()).jumps().takeovers())
          .isEqualTo(2);
      assertThat(each.whole).containsExactly("epoch 5");
    }
  }

  /** The engine wipes keys of its own when an SA ends or it is demoted. */
  @Test
  void theKeysThatTheEngineGetsStayGoodInTheShadow() {
    Promotion promotion = standingBy(ConnectionHook.NONE);
    List<ConnectionPolicy> connections =
        List.of(ScaleFixture.connection(0), ScaleFixture.connection(1));
    IkeEngine engine = ScaleFixture.engine(0, connections);
    engine.step(takeOver(promotion, 4), NOW);
    assertThat(engine.step(ScaleFixture.question(0, sa(0)), NOW + 1))
        .anyMatch(e -> e instanceof Effect.Replicate(IkeEvent.IkeSaDown _));
    engine.step(new Input.ChildUsed(child(1).inboundSpi()), NOW + 2); // wakes the other one
    assertThat(engine.statistics().counters()).containsEntry("woken", 2L);
    engine.step(new Input.Demote(), NOW + 3);
    for (int i = 0; i < 2; i++) {
      IkeSaSnapshot held = replication.shadow().ikeSa(sa(i).spis(), NOW).orElseThrow();
      assertThat(held.keys()).isEqualTo(sa(i).keys());
      assertThat(held.children().getFirst().keys()).isEqualTo(child(i).keys());
    }
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
