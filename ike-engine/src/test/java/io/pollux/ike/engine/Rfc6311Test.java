package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.MessageWindow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 6311: two gateways of which one, or both, fail over. */
class Rfc6311Test {
  private static final long SECOND = TwoEngines.SECOND;

  private static TwoEngines up(long livenessNs) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    left.livenessNs = livenessNs;
    right.livenessNs = livenessNs;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    return world;
  }

  private static void requireSameWindows(TwoEngines world) {
    MessageWindow left = world.left.only().window();
    MessageWindow right = world.right.only().window();
    assertThat(left.nextOwn()).isEqualTo(right.nextPeer());
    assertThat(right.nextOwn()).isEqualTo(left.nextPeer());
  }

  @Test
  @Rfc({"6311-5-1", "6311-5-2"})
  void section5_bothAnnounceBothInIkeAuth() {
    TwoEngines world = up(0);
    for (Node node : List.of(world.left, world.right)) {
      assertThat(node.only().peerSupports())
          .contains(CounterSync.MESSAGE_IDS, CounterSync.REPLAY_COUNTERS);
    }
  }

  @Test
  void section6_4_noReplayCounterSyncWhereChildrenMayDiffer() {
    TwoEngines.Setup setup = Life.setup();
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.left.only().peerSupports())
        .contains(CounterSync.MESSAGE_IDS)
        .doesNotContain(CounterSync.REPLAY_COUNTERS);
  }

  @Test
  @Rfc({"6311-7-1", "6311-5-3"})
  void section7_askedOncePerFailoverAtTheFirstLivenessCheck() {
    for (long liveness : List.of(0L, 30 * SECOND)) {
      TwoEngines world = up(liveness);
      world.left.takeOver();
      assertThat(world.left.counter("syncs_asked")).isZero();
      world.elapse(300 * SECOND);
      assertThat(world.left.counter("syncs_asked")).isEqualTo(1);
      assertThat(world.left.counter("syncs_done")).isEqualTo(1);
      assertThat(world.right.counter("syncs_answered")).isEqualTo(1);
      requireSameWindows(world);
      world.command(world.right, 2, Input.Verb.REKEY_CHILD, "");
      world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
      world.requireTraffic("gcm");
      assertThat(world.left.done.get(2L).ok()).isTrue();
      assertThat(world.right.done.get(2L).ok()).isTrue();
    }
  }

  @Test
  void section7_askedBeforeTheFirstOwnRequest() {
    TwoEngines world = up(0);
    world.right.takeOver();
    world.command(world.right, 2, Input.Verb.REKEY_IKE, "");
    assertThat(world.right.counter("syncs_done")).isEqualTo(1);
    assertThat(world.right.done.get(2L).ok()).isTrue();
    world.elapse(100 * SECOND);
    requireSameWindows(world);
  }

  @Test
  @Rfc({"6311-5.1-2"})
  void section5_1_aRepeatedQuestionIsSilentlyDropped() {
    TwoEngines world = up(0);
    world.left.takeOver();
    int before = world.sent.size();
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    TwoEngines.Arrow question = world.sent.get(before);
    world.right.receive(question.destination(), question.source(), question.octets());
    assertThat(world.right.counter("syncs_dropped")).isEqualTo(1);
    world.elapse(100 * SECOND);
    requireSameWindows(world);
  }

  @Test
  void section5_1_aLostQuestionOrAnswerIsAskedForAgain() {
    for (int lost = 0; lost < 2; lost++) {
      TwoEngines world = up(0);
      world.left.takeOver();
      int number = world.sent.size() + lost;
      world.fate = a -> a.number() == number ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
      world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
      world.elapse(300 * SECOND);
      assertThat(world.left.counter("syncs_done")).as("lost %d", lost).isEqualTo(1);
      assertThat(world.left.engine.snapshot(world.now)).as("lost %d", lost).hasSize(1);
      requireSameWindows(world);
      world.requireTraffic("gcm");
    }
  }

  @Test
  void appendixA_4_bothFailOverAtOnce() {
    TwoEngines world = up(0);
    world.left.takeOver();
    world.right.takeOver();
    world.left.step(
        new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", java.util.Optional.empty()));
    world.right.step(
        new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", java.util.Optional.empty()));
    world.elapse(200 * SECOND);
    requireSameWindows(world);
    world.requireTraffic("gcm");
  }

  @Test
  void section9_whatWasOutstandingIsBegunAnew() {
    TwoEngines world = up(0);
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.right.step(
        new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", java.util.Optional.empty()));
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.left.takeOver();
    world.command(world.left, 3, Input.Verb.REKEY_IKE, "");
    world.elapse(200 * SECOND);
    assertThat(world.right.done.get(2L).ok()).isTrue();
    requireSameWindows(world);
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"6311-5.1-1"})
  void aSecondFailoverAsksWithLargerNumbers() {
    TwoEngines world = up(0);
    for (int i = 2; i < 6; i++) {
      world.left.takeOver();
      world.elapse(100 * SECOND);
      assertThat(world.left.counter("syncs_done")).isEqualTo(1);
      requireSameWindows(world);
      for (ChildSaSnapshot child : world.left.only().children()) {
        assertThat(child.outboundActive()).isTrue();
      }
    }
    assertThat(world.right.counter("syncs_dropped")).isZero();
  }

  @Test
  @Rfc({
    "6311-5.1-1",
    "6311-5.1-3",
    "6311-5.1-4",
    "6311-5.1-5",
    "6311-5.1-7",
    "6311-5.1-8",
    "6311-6.1-1",
    "6311-6.1-2",
    "6311-6.2-1",
    "6311-6.2-2",
    "7383-3-1"
  })
  void section5_1_whatQuestionAndAnswerSay() {
    TwoEngines world = up(0);
    Forger forger = new Forger(world);
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.command(world.right, 2, Input.Verb.REKEY_CHILD, "");
    MessageWindow before = world.left.only().window();
    world.left.takeOver();
    int since = world.sent.size();
    world.command(world.left, 3, Input.Verb.REKEY_CHILD, "");
    IkeMessage question = forger.read(world.sent.get(since).octets()).orElseThrow();
    IkeMessage answer = forger.read(world.sent.get(since + 1).octets()).orElseThrow();
    CounterSync.Ids asked = CounterSync.ids(question).orElseThrow();
    CounterSync.Ids told = CounterSync.ids(answer).orElseThrow();
    assertThat(asked.nextSent()).isGreaterThan(before.nextOwn().value());
    assertThat(told.nonce()).isEqualTo(asked.nonce());
    assertThat(told.nextReceived()).isGreaterThanOrEqualTo(asked.nextSent());
    assertThat(told.nextSent()).isGreaterThanOrEqualTo(asked.nextReceived());
    for (IkeMessage message : List.of(question, answer)) {
      assertThat(message.messageId().value()).isZero();
      assertThat(message.payloads()).hasSize(1);
      assertThat(message.notifies().getFirst().protocolId()).isZero();
      assertThat(message.notifies().getFirst().spi().length()).isZero();
    }
  }

  @Test
  @Rfc({"6311-5.1-6", "6311-11-1", "6311-8.1-1"})
  void section5_1_anAnswerToAnotherQuestionIsSilentlyDropped() {
    TwoEngines world = up(0);
    Forger forger = new Forger(world);
    world.left.takeOver();
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.left.step(
        new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", java.util.Optional.empty()));
    world.settle();
    int sent = world.sent.size();
    var ids = new CounterSync.Ids(io.pollux.ike.wire.Octets.ofHex("01020304"), 1000, 1000);
    var forged =
        forger.seal(
            world.right,
            io.pollux.ike.message.Exchange.INFORMATIONAL,
            io.pollux.ike.message.Direction.RESPONSE,
            0,
            List.of(ids.notifyPayload()));
    assertThat(forger.deliver(world.right, forged)).isEmpty();
    assertThat(world.sent).hasSize(sent);
    assertThat(world.left.counter("syncs_done")).isZero();
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(60 * SECOND);
    requireSameWindows(world);
    assertThat(world.left.only().window().nextOwn().value()).isLessThan(100);
    assertThat(world.left.counter("syncs_done")).isEqualTo(1);
  }
}
