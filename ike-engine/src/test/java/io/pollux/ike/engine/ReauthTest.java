package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.ReauthPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A new authentication before the old one ends: RFC 7296 section 2.8.3, RFC 4478. */
class ReauthTest {
  private static final long S = TwoEngines.SECOND;
  private static long worlds = 5_000_000;

  private final TwoEngines.Setup setup = new TwoEngines.Setup();
  private ReauthPolicy left = ReauthPolicy.NEVER;
  private ReauthPolicy right = ReauthPolicy.NEVER;

  private static ReauthPolicy every(long seconds) {
    return new ReauthPolicy(seconds * S, 0, 0);
  }

  private static ReauthPolicy lifetime(long seconds) {
    return new ReauthPolicy(0, 0, seconds * S);
  }

  private TwoEngines up() {
    setup.seed = worlds += 10_000;
    setup.left = List.of(connection(true, left));
    setup.right = List.of(connection(false, right));
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    requireAll(world);
    return world;
  }

  private static ConnectionPolicy connection(boolean isLeft, ReauthPolicy reauth) {
    TwoEngines.Connection c = TwoEngines.connection(isLeft);
    c.reauth = reauth;
    c.children =
        List.of(
            TwoEngines.child(isLeft, "one", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16-esn"),
            TwoEngines.child(isLeft, "two", "10.3.0.0/16", "10.4.0.0/16", "aes256gcm16-noesn"),
            TwoEngines.child(isLeft, "three", "10.5.0.0/16", "10.6.0.0/16", "aes256gcm16-esn"));
    return c.build();
  }

  private static void requireAll(TwoEngines world) {
    world.requireOnly("one", "two", "three");
  }

  @Test
  void rfc7296Section2_8_3NewIkeSaWithAllChildrenStandsBeforeTheOldOneGoes() {
    left = every(600);
    TwoEngines world = up();
    IkeSpis before = world.left.only().spis();
    List<ChildSaSnapshot> old = List.copyOf(world.left.kernel.inbound.values());
    int[] least = {3, 3};
    world.afterStep =
        () -> {
          least[0] = Math.min(least[0], sending(world.left));
          least[1] = Math.min(least[1], sending(world.right));
        };
    world.elapse(599 * S);
    assertThat(world.left.only().spis()).isEqualTo(before);
    world.elapse(30 * S);
    requireAll(world);
    assertThat(world.left.only().spis()).isNotEqualTo(before);
    assertThat(world.left.only().originalInitiator()).isTrue();
    assertThat(old).noneMatch(c -> world.left.kernel.inbound.containsValue(c));
    assertThat(least).as("children that can send, at any time").containsExactly(3, 3);
    assertThat(world.right.reports).noneMatch(r -> r.contains("INITIAL_CONTACT"));
    world.elapse(600 * S); // and again
    requireAll(world);
    assertThat(world.left.counter("reauthentications")).isEqualTo(2);
  }

  /** Names of children with an outbound SA in the kernel. */
  private static int sending(Node node) {
    return (int)
        List.of("one", "two", "three").stream()
            .filter(c -> !node.kernel.sending(c).isEmpty())
            .count();
  }

  @Test
  void rfc7296Section2_8_3ResponderMayBeginItToo() {
    right = every(600);
    TwoEngines world = up();
    world.elapse(630 * S);
    requireAll(world);
    assertThat(world.right.only().originalInitiator()).isTrue();
  }

  @Test
  void bothBeginAtTheSameMomentAndOneIkeSaIsLeft() {
    left = every(600);
    right = every(600);
    TwoEngines world = up();
    world.elapse(700 * S);
    requireAll(world);
    world.elapse(1300 * S);
    requireAll(world);
  }

  @Test
  void theAgeOfTheAuthenticationOutlivesARekeyOfTheIkeSa() {
    left = every(600);
    TwoEngines world = up();
    world.elapse(400 * S);
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    assertThat(world.left.counter("reauthentications")).isZero();
    world.elapse(190 * S);
    assertThat(world.left.counter("reauthentications")).isZero();
    world.elapse(40 * S);
    assertThat(world.left.counter("reauthentications")).isEqualTo(1);
    requireAll(world);
  }

  @Test
  void rfc4478Section2InitiatorIsBackInTime() {
    right = lifetime(300);
    TwoEngines world = up();
    IkeSpis before = world.left.only().spis();
    world.elapse(299 * S);
    requireAll(world);
    assertThat(world.left.only().spis()).isNotEqualTo(before);
    world.elapse(1000 * S);
    requireAll(world);
    assertThat(world.right.counter("authentications_expired")).isZero();
  }

  /** Asks the peer for what it does not take, whenever the IKE SA is to be rekeyed. */
  private static void spoilRekeys(TwoEngines world) {
    new Forger(world)
        .changeAll(
            world.left,
            Exchange.CREATE_CHILD_SA,
            payloads -> {
              payloads.replaceAll(
                  p ->
                      p instanceof SaPayload sa
                          ? ProposalChoice.offerIke(
                              List.of(ProposalKeywords.parseIke("aes128-sha256-modp2048")),
                              sa.proposals().getFirst().spi())
                          : p);
              return payloads;
            });
  }

  @Test
  void whereThePeerRefusesRekeysANewIkeSaTakesOverBeforeTheOldOneEnds() {
    setup.seed = worlds += 10_000;
    TwoEngines.Connection c = TwoEngines.connection(true);
    c.rekey = new RekeyPolicy(1000 * S, 2000 * S, 0, 0, 0, 0, 0);
    setup.left = List.of(c.build());
    setup.right = List.of(TwoEngines.connection(false).build());
    TwoEngines world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    IkeSpis before = world.left.only().spis();
    spoilRekeys(world);
    int[] least = {1};
    world.afterStep = () -> least[0] = Math.min(least[0], world.left.kernel.sending("gcm").size());
    world.elapse(1490 * S);
    assertThat(world.left.only().spis()).isEqualTo(before);
    assertThat(world.left.counter("received_no_proposal_chosen")).isBetween(5L, 8L);
    world.elapse(100 * S);
    assertThat(world.left.counter("reauthentications")).isEqualTo(1);
    assertThat(world.left.only().spis()).isNotEqualTo(before);
    assertThat(world.left.reports)
        .anyMatch(r -> r.startsWith("WARN ike=") && r.contains("a new one takes its place"));
    world.requireOnly("gcm");
    world.elapse(600 * S); // the old one's hard lifetime and more
    world.requireOnly("gcm");
    assertThat(least[0]).as("children that can send, at any time").isEqualTo(1);
  }

  @Test
  void aLifetimeOfNothingIsNoEndlessLoop() {
    right = lifetime(1);
    TwoEngines world = up();
    world.elapse(65 * S);
    assertThat(world.left.counter("reauthentications")).isBetween(1L, 7L);
    assertThat(world.left.reports)
        .anyMatch(r -> r.contains("AUTH_LIFETIME 1 s: authenticating anew after 10 s, not before"));
  }

  @Test
  void rfc4478Section2IfTheIkeSaIsRekeyedTheTimeLimitAppliesToTheNewOne() {
    right = lifetime(300);
    TwoEngines world = up();
    world.elapse(200 * S);
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    IkeSpis rekeyed = world.left.only().spis();
    world.elapse(99 * S);
    assertThat(world.left.only().spis()).isNotEqualTo(rekeyed);
    requireAll(world);
  }

  @Test
  @Rfc({"4478-2-1", "4478-2-2"})
  void rfc4478_2_theResponderSaysItInTheLastMessageOfIkeAuthAndOnlyProtected() {
    right = lifetime(300);
    setup.seed = worlds += 10_000;
    setup.left = List.of(connection(true, left));
    setup.right = List.of(connection(false, right));
    TwoEngines world = new TwoEngines(setup);
    Forger forger = new Forger(world);
    world.command(world.left, 1, Input.Verb.UP, "");
    List<IkeMessage> saying =
        forger.readAll().stream().filter(m -> m.has(NotifyType.AUTH_LIFETIME)).toList();
    assertThat(saying).hasSize(1);
    IkeMessage answer = saying.getFirst();
    assertThat(answer.exchange()).isEqualTo(Exchange.IKE_AUTH);
    assertThat(answer.direction()).isEqualTo(Direction.RESPONSE);
    assertThat(answer.isProtected()).isTrue();
    assertThat(answer.first(NotifyType.AUTH_LIFETIME).orElseThrow().data())
        .isEqualTo(Octets.ofHex("0000012c"));
    IkeSpis before = world.left.only().spis();
    NotifyPayload oneSecond = NotifyPayload.of(NotifyType.AUTH_LIFETIME, Octets.ofHex("00000001"));
    for (Direction direction : Direction.values()) {
      Octets forged =
          MessageCodec.encode(
              IkeMessage.clear(
                  before,
                  Exchange.INFORMATIONAL,
                  Role.RESPONDER,
                  direction,
                  world.left.only().window().nextPeer(),
                  List.of(oneSecond)));
      assertThat(forger.deliver(world.right, forged)).isEmpty();
    }
    world.elapse(100 * S);
    assertThat(world.left.only().spis()).isEqualTo(before);
    forger.ask(world.right, Exchange.INFORMATIONAL, oneSecond);
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(2 * S);
    assertThat(world.left.only().spis()).as("protected it counts").isNotEqualTo(before);
  }

  @Test
  void rfc4478Section2ResponderDeletesWhoDoesNotComeBack() {
    right = lifetime(300);
    TwoEngines world = up();
    world.fate = // whatever begins a new IKE SA is lost
        arrow -> arrow.octets().at(18) == 34 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.elapse(309 * S);
    assertThat(world.right.engine.snapshot(world.now)).hasSize(1);
    world.elapse(10 * S);
    assertThat(world.right.counter("authentications_expired")).isEqualTo(1);
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.kernel.inbound).isEmpty();
    assertThat(world.left.kernel.inbound).isEmpty();
  }

  @Test
  void aNewIkeSaThatFailsIsTriedAgainAndTheOldOneStays() {
    left = every(600);
    TwoEngines world = up();
    world.fate = arrow -> arrow.octets().at(18) == 34 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.elapse(900 * S);
    requireAll(world);
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(400 * S);
    requireAll(world);
    assertThat(world.left.counter("reauthentications")).isGreaterThan(1);
  }

  /** Either node of either pair may go at any arrow of it. */
  @TestFactory
  List<DynamicTest> takeoverInTheMiddleOfIt() {
    List<DynamicTest> tests = new ArrayList<>();
    for (boolean isLeft : List.of(true, false)) {
      for (int i = 0; i < 10; i++) {
        int arrow = i;
        tests.add(
            DynamicTest.dynamicTest(
                (isLeft ? "initiator" : "responder") + " at arrow " + i,
                () -> new ReauthTest().takeover(isLeft, arrow)));
      }
    }
    return tests;
  }

  private void takeover(boolean isLeft, int number) {
    left = every(600);
    TwoEngines world = up();
    Node victim = isLeft ? world.left : world.right;
    IkeSpis before = world.left.only().spis();
    world.elapse(599 * S);
    world.takeOverAt(world.sent.size() + number, victim);
    world.elapse(300 * S);
    assertThat(victim.epoch).isEqualTo(3);
    requireAll(world);
    assertThat(world.left.only().spis()).isNotEqualTo(before);
  }
}
