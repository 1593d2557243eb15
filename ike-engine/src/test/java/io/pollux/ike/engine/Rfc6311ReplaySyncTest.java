package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageWindow;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** RFC 6311 section 5.2: IPSEC_REPLAY_COUNTER_SYNC, with this engine as member and as peer. */
class Rfc6311ReplaySyncTest {
  private static final long DELTA = 70_000;
  private static final long SECOND = TwoEngines.SECOND;

  private static TwoEngines up(String proposal) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    left.livenessNs = 30 * SECOND;
    right.livenessNs = 30 * SECOND;
    left.children = List.of(TwoEngines.child(true, "gcm", "10.1.0.0/16", "10.2.0.0/16", proposal));
    right.children =
        List.of(TwoEngines.child(false, "gcm", "10.1.0.0/16", "10.2.0.0/16", proposal));
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    return world;
  }

  private static TwoEngines up() {
    return up("aes256gcm16-esn");
  }

  private static EspSpi child(Node node) {
    return node.only().children().getFirst().inboundSpi();
  }

  private static void due(TwoEngines world, Node member) {
    member.step(new Input.ReplaySyncDue(child(member), DELTA));
    world.settle();
  }

  /** The peer has stepped what it sends by the delta, once, and the member knows. */
  private static void requireStepped(Node member, Node peer) {
    assertThat(peer.steps).hasSize(1);
    assertThat(peer.steps.getFirst().delta()).isEqualTo(DELTA);
    assertThat(member.peerSteps).hasSize(1);
    ChildSaSnapshot told = member.peerSteps.getFirst().child();
    assertThat(member.peerSteps.getFirst().delta()).isEqualTo(DELTA);
    assertThat(peer.steps.getFirst().child().outbound()).isEqualTo(told.inbound());
  }

  private static void requireSameWindows(TwoEngines world) {
    MessageWindow left = world.left.only().window();
    MessageWindow right = world.right.only().window();
    assertThat(left.nextOwn()).isEqualTo(right.nextPeer());
    assertThat(right.nextOwn()).isEqualTo(left.nextPeer());
  }

  private static List<IkeMessage> questions(TwoEngines world, Forger forger, Direction direction) {
    return world.sent.stream()
        .flatMap(a -> forger.read(a.octets()).stream())
        .filter(m -> m.direction() == direction)
        .filter(m -> m.has(NotifyType.IPSEC_REPLAY_COUNTER_SYNC))
        .toList();
  }

  @Test
  void section5_2_thePeerStepsWhatItSendsWhicheverSideHasFailedOver() {
    for (boolean initiator : List.of(true, false)) {
      TwoEngines world = up();
      Node member = initiator ? world.left : world.right;
      Node peer = initiator ? world.right : world.left;
      member.takeOver();
      due(world, member);
      requireStepped(member, peer);
      assertThat(member.counter("replay_syncs_asked")).isEqualTo(1);
      assertThat(member.counter("replay_syncs_done")).isEqualTo(1);
      assertThat(peer.counter("replay_syncs")).isEqualTo(1);
      world.elapse(100 * SECOND);
      requireStepped(member, peer);
      requireSameWindows(world);
      world.requireTraffic("gcm");
    }
  }

  @Test
  void section6_4_theFieldHasEightOctetsWithEsnAndFourWithout() {
    for (String proposal : List.of("aes256gcm16-esn", "aes256gcm16-noesn")) {
      TwoEngines world = up(proposal);
      Forger forger = new Forger(world);
      world.left.takeOver();
      due(world, world.left);
      boolean esn = proposal.equals("aes256gcm16-esn");
      IkeMessage question = questions(world, forger, Direction.REQUEST).getFirst();
      assertThat(question.payloads()).hasSize(1);
      assertThat(question.notifies().getFirst().data().length()).isEqualTo(esn ? 8 : 4);
      assertThat(CounterSync.delta(question, esn)).isEqualTo(OptionalLong.of(DELTA));
      assertThat(CounterSync.delta(question, !esn)).isEmpty();
      assertThat(questions(world, forger, Direction.RESPONSE)).isEmpty();
      requireStepped(world.left, world.right);
    }
  }

  @Test
  void section5_notAskedOfAPeerThatHasNotAnnouncedIt() {
    TwoEngines world = new TwoEngines(Life.setup());
    world.command(world.left, 1, Input.Verb.UP, "");
    world.left.takeOver();
    int sent = world.sent.size();
    due(world, world.left);
    assertThat(world.sent).hasSize(sent);
    assertThat(world.left.counter("replay_syncs_asked")).isZero();
  }

  @Test
  void section5_case3_theQuestionForMessageIdsTakesItAlong() {
    TwoEngines world = up();
    stale(world);
    Forger forger = new Forger(world);
    world.elapse(200 * SECOND);
    IkeMessage question = questions(world, forger, Direction.REQUEST).getFirst();
    assertThat(questions(world, forger, Direction.REQUEST)).hasSize(1);
    assertThat(question.messageId().value()).isZero();
    assertThat(question.notifies().getFirst().type()).isEqualTo(NotifyType.IKEV2_MESSAGE_ID_SYNC);
    assertThat(question.notifies()).hasSize(2);
    requireStepped(world.left, world.right);
    assertThat(world.left.counter("syncs_done")).isEqualTo(1);
    requireSameWindows(world);
  }

  /** The standby knows nothing of many liveness checks, and asks under the ID it knows. */
  private static void stale(TwoEngines world) {
    List<IkeSaSnapshot> old = world.left.shadow.snapshots(world.now);
    world.elapse(1000 * SECOND);
    world.left.takeOverStale(old);
    due(world, world.left);
  }

  private static boolean hasIdZero(TwoEngines.Arrow arrow) {
    return arrow.octets().at(22) == 0 && arrow.octets().at(23) == 0;
  }

  private static boolean isResponse(TwoEngines.Arrow arrow) {
    return (arrow.octets().at(19) & 0x20) != 0;
  }

  @Test
  void section5_2_aRepeatedQuestionOfBothStepsNothing() {
    TwoEngines world = up();
    stale(world);
    int since = world.sent.size();
    world.elapse(200 * SECOND);
    TwoEngines.Arrow question =
        world.sent.subList(since, world.sent.size()).stream()
            .filter(a -> a.from() == world.left && hasIdZero(a) && !isResponse(a))
            .findFirst()
            .orElseThrow();
    world.right.receive(question.destination(), question.source(), question.octets());
    assertThat(world.right.counter("syncs_dropped")).isEqualTo(1);
    requireStepped(world.left, world.right);
  }

  @Test
  void aLostAnswerToBothIsAskedForAgain() {
    TwoEngines world = up();
    AtomicBoolean lost = new AtomicBoolean();
    stale(world);
    world.fate =
        a ->
            a.from() == world.right
                    && a.octets().at(18) == 37
                    && hasIdZero(a)
                    && isResponse(a)
                    && lost.compareAndSet(false, true)
                ? TwoEngines.Fate.DROP
                : TwoEngines.Fate.PASS;
    world.elapse(300 * SECOND);
    assertThat(lost).isTrue();
    assertThat(world.left.peerSteps).hasSize(1);
    assertThat(world.right.steps).hasSize(2); // twice is further, and harmless
    requireSameWindows(world);
    world.requireTraffic("gcm");
  }

  @Test
  void aLostQuestionOrAnswerIsRepeatedAndThePeerStepsOnce() {
    for (boolean question : List.of(true, false)) {
      TwoEngines world = up();
      world.left.takeOver();
      AtomicBoolean lost = new AtomicBoolean();
      Node sender = question ? world.left : world.right;
      world.fate =
          a ->
              a.from() == sender && lost.compareAndSet(false, true)
                  ? TwoEngines.Fate.DROP
                  : TwoEngines.Fate.PASS;
      due(world, world.left);
      world.elapse(20 * SECOND);
      assertThat(lost).isTrue();
      requireStepped(world.left, world.right);
      requireSameWindows(world);
    }
  }

  /** Its node alone knows from where it counts: the next one finishes the exchange, no more. */
  @Test
  void aSecondFailoverWithTheAnswerOutstandingRaisesNothing() {
    TwoEngines world = up();
    world.left.takeOver();
    world.elapse(100 * SECOND); // a liveness check comes first
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    due(world, world.left);
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.left.takeOver();
    world.elapse(20 * SECOND);
    assertThat(world.right.steps).hasSize(1);
    assertThat(world.left.peerSteps).isEmpty();
    requireSameWindows(world);
    due(world, world.left);
    assertThat(world.right.steps).hasSize(2);
    assertThat(world.left.peerSteps).hasSize(1);
  }
}
