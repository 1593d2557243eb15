package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.wire.Octets;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** RFC 6311: two gateways of which one, or both, fail over. */
class Rfc6311Test {
  private static final long FORGED = 1 << 20;
  static final long SECOND = TwoEngines.SECOND;

  /** In it more message IDs are used than are tried before the peer is asked. */
  static final long LONG = 1000 * SECOND;

  static TwoEngines up(long livenessNs) {
    return up(livenessNs, livenessNs);
  }

  static TwoEngines up(long leftAsksNs, long rightAsksNs) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    left.livenessNs = leftAsksNs;
    right.livenessNs = rightAsksNs;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    return world;
  }

  static void requireSameWindows(TwoEngines world) {
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

  /**
   * Many liveness checks that both answer, of which the standby of {@code member} knows nothing.
   */
  private static void takeOverStale(TwoEngines world, Node member) {
    List<IkeSaSnapshot> old = member.shadow.snapshots(world.now);
    world.elapse(LONG);
    assertThat(member.only().window()).isNotEqualTo(old.getFirst().window());
    member.takeOverStale(old);
  }

  @Test
  @Rfc({"6311-7-1"})
  void section7_notAskedWhileTheMessageIdsAreKnown() {
    for (long liveness : List.of(0L, 30 * SECOND)) {
      TwoEngines world = up(liveness);
      world.left.takeOver();
      world.elapse(300 * SECOND);
      assertThat(world.left.counter("syncs_asked")).isZero();
      assertThat(world.left.counter("liveness_checks")).isPositive();
      requireSameWindows(world);
      world.command(world.right, 2, Input.Verb.REKEY_CHILD, "");
      world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
      world.requireTraffic("gcm");
      assertThat(world.left.done.get(2L).ok()).isTrue();
      assertThat(world.right.done.get(2L).ok()).isTrue();
    }
  }

  @Test
  @Rfc({"6311-5-3"})
  void section7_askedOnceWhenTheFirstLivenessCheckOfAnOldShadowHasNoAnswer() {
    TwoEngines world = up(30 * SECOND);
    takeOverStale(world, world.left);
    world.elapse(300 * SECOND);
    assertThat(world.left.counter("syncs_asked")).isEqualTo(1);
    assertThat(world.left.counter("syncs_done")).isEqualTo(1);
    assertThat(world.right.counter("syncs_answered")).isEqualTo(1);
    requireSameWindows(world);
    world.requireTraffic("gcm");
  }

  @Test
  void section7_anOldShadowAsksBeforeItsFirstOwnRequest() {
    TwoEngines world = up(30 * SECOND);
    takeOverStale(world, world.left);
    world.command(world.left, 2, Input.Verb.REKEY_IKE, "");
    world.elapse(100 * SECOND);
    assertThat(world.left.counter("syncs_done")).isEqualTo(1);
    assertThat(world.left.done.get(2L).ok()).isTrue();
    world.elapse(100 * SECOND);
    requireSameWindows(world);
  }

  @Test
  void section7_anOldOrForgedRequestIsNoReason() {
    TwoEngines world = up(0, 30 * SECOND);
    int first = world.sent.size();
    world.elapse(100 * SECOND);
    world.left.takeOver();
    List<TwoEngines.Arrow> old =
        world.sent.subList(first, world.sent.size()).stream()
            .filter(a -> a.from() == world.right)
            .toList();
    for (TwoEngines.Arrow arrow : old) {
      world.left.receive(arrow.destination(), arrow.source(), arrow.octets());
      world.left.receive(arrow.destination(), arrow.source(), furtherOn(arrow.octets()));
    }
    assertThat(world.left.counter("syncs_asked")).isZero();
    assertThat(world.left.counter("requests_outside_window")).isPositive();
  }

  /** The same with another message ID, and so not authentic. */
  static Octets furtherOn(Octets datagram) {
    byte[] octets = datagram.toArray();
    octets[22] = 1;
    return Octets.owning(octets);
  }

  @Test
  @Rfc({"6311-5.1-2"})
  void section5_1_aRepeatedQuestionIsSilentlyDropped() {
    TwoEngines world = up(30 * SECOND);
    takeOverStale(world, world.left);
    int before = world.sent.size();
    world.elapse(100 * SECOND);
    TwoEngines.Arrow question =
        world.sent.subList(before, world.sent.size()).stream()
            .filter(a -> a.from() == world.left && messageId(a) == 0 && isRequest(a))
            .findFirst()
            .orElseThrow();
    long dropped = world.right.counter("syncs_dropped");
    world.right.receive(question.destination(), question.source(), question.octets());
    assertThat(world.right.counter("syncs_dropped")).isEqualTo(dropped + 1);
    world.elapse(100 * SECOND);
    requireSameWindows(world);
  }

  private static boolean isRequest(TwoEngines.Arrow arrow) {
    return (arrow.octets().at(19) & 0x20) == 0;
  }

  private static int messageId(TwoEngines.Arrow arrow) {
    return ByteBuffer.wrap(arrow.octets().toArray()).getInt(20);
  }

  @Test
  void section5_1_aLostQuestionOrAnswerIsAskedForAgain() {
    for (boolean question : List.of(true, false)) {
      TwoEngines world = up(30 * SECOND);
      takeOverStale(world, world.left);
      AtomicBoolean lost = new AtomicBoolean();
      Node sender = question ? world.left : world.right;
      world.fate =
          a ->
              a.from() == sender && messageId(a) == 0 && lost.compareAndSet(false, true)
                  ? TwoEngines.Fate.DROP
                  : TwoEngines.Fate.PASS;
      world.elapse(200 * SECOND);
      assertThat(lost).isTrue();
      assertThat(world.left.engine.snapshot(world.now))
          .as("question lost: %s", question)
          .hasSize(1);
      requireSameWindows(world);
      world.requireTraffic("gcm");
    }
  }

  @Test
  void appendixA_4_bothFailOverAtOnce() {
    TwoEngines world = up(30 * SECOND);
    List<IkeSaSnapshot> left = world.left.shadow.snapshots(world.now);
    List<IkeSaSnapshot> right = world.right.shadow.snapshots(world.now);
    world.elapse(LONG);
    world.left.takeOverStale(left);
    world.right.takeOverStale(right);
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
    TwoEngines world = up(30 * SECOND);
    List<IkeSaSnapshot> old = world.left.shadow.snapshots(world.now);
    world.elapse(LONG);
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.right.step(
        new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", java.util.Optional.empty()));
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.left.takeOverStale(old);
    world.command(world.left, 3, Input.Verb.REKEY_IKE, "");
    world.elapse(200 * SECOND);
    assertThat(world.right.done.get(2L).ok()).isTrue();
    assertThat(world.left.counter("syncs_done")).isEqualTo(1);
    requireSameWindows(world);
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"6311-5.1-1"})
  void aSecondFailoverAsksWithLargerNumbers() {
    TwoEngines world = up(30 * SECOND);
    for (int i = 2; i < 6; i++) {
      takeOverStale(world, world.left);
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
    TwoEngines world = up(30 * SECOND);
    Forger forger = new Forger(world);
    List<IkeSaSnapshot> old = world.left.shadow.snapshots(world.now);
    world.elapse(LONG);
    MessageWindow before = world.left.only().window();
    world.left.takeOverStale(old);
    int since = world.sent.size();
    world.elapse(100 * SECOND);
    List<IkeMessage> sync =
        world.sent.subList(since, world.sent.size()).stream()
            .flatMap(a -> forger.read(a.octets()).stream())
            .filter(m -> CounterSync.ids(m).isPresent())
            .toList();
    IkeMessage question = sync.getFirst();
    IkeMessage answer = sync.getLast();
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
    world.left.takeOverStale(world.left.shadow.snapshots(world.now));
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.left.step(
        new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", java.util.Optional.empty()));
    world.settle();
    int sent = world.sent.size();
    var ids = new CounterSync.Ids(io.pollux.ike.wire.Octets.ofHex("01020304"), FORGED, FORGED);
    var forged =
        forger.seal(
            world.right,
            Exchange.INFORMATIONAL,
            Direction.RESPONSE,
            0,
            List.of(ids.notifyPayload()));
    assertThat(forger.deliver(world.right, forged)).isEmpty();
    assertThat(world.sent).hasSize(sent);
    assertThat(world.left.counter("syncs_done")).isZero();
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(60 * SECOND);
    requireSameWindows(world);
    assertThat(world.left.only().window().nextOwn().value()).isLessThan(FORGED);
  }

  @Test
  @Rfc({"6311-5.2-2", "6311-5.2-3"})
  void section5_2_messageIdsComeFirstAndThenEveryChildGoesForward() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    for (boolean isLeft : List.of(true, false)) {
      TwoEngines.Connection c = TwoEngines.connection(isLeft);
      c.children =
          List.of(
              TwoEngines.child(isLeft, "one", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16-esn"),
              TwoEngines.child(isLeft, "two", "10.3.0.0/16", "10.4.0.0/16", "aes256gcm16-esn"));
      if (isLeft) {
        setup.left = List.of(c.build());
      } else {
        setup.right = List.of(c.build());
      }
    }
    TwoEngines world = new TwoEngines(setup);
    Forger forger = new Forger(world);
    world.command(world.left, 1, Input.Verb.UP, "");
    MessageWindow window = world.right.only().window();
    var delta =
        io.pollux.ike.payload.NotifyPayload.of(
            io.pollux.ike.payload.NotifyType.IPSEC_REPLAY_COUNTER_SYNC,
            io.pollux.ike.wire.Octets.ofHex("0000000000010000"));
    for (boolean replay : List.of(true, false)) {
      long m1 = window.nextPeer().value() + (replay ? -1 : 1000);
      var ids =
          new CounterSync.Ids(
              io.pollux.ike.wire.Octets.ofHex("0a0b0c0d"), m1, window.nextOwn().value());
      var question =
          forger.seal(
              world.left,
              Exchange.INFORMATIONAL,
              Direction.REQUEST,
              0,
              List.of(ids.notifyPayload(), delta));
      assertThat(forger.deliver(world.left, question).isPresent()).isEqualTo(!replay);
      assertThat(world.right.steps).hasSize(replay ? 0 : 2);
    }
    assertThat(world.right.steps).allMatch(s -> s.delta() == 0x10000);
    assertThat(world.right.steps.stream().map(s -> s.child().child()))
        .containsExactlyInAnyOrder("one", "two");
  }
}
