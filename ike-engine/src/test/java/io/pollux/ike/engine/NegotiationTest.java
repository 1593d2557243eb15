package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What two configurations make of each other. */
class NegotiationTest {
  private final TwoEngines.Setup setup = new TwoEngines.Setup();

  private TwoEngines.Connection left = TwoEngines.connection(true);
  private TwoEngines.Connection right = TwoEngines.connection(false);

  private TwoEngines world() {
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    return new TwoEngines(setup);
  }

  /** An error that is not authentic is believed when it has come a few times. */
  private static Effect.CommandDone refused(TwoEngines world) {
    assertThat(world.command(world.left, 1, Input.Verb.UP, "")).isNull();
    world.elapse(6 * TwoEngines.SECOND);
    return world.left.done.get(1L);
  }

  private static Effect.CommandDone up(TwoEngines world) {
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done).as("%s %s", world.left.reports, world.right.reports).isNotNull();
    return done;
  }

  private void children(String leftSide, String rightSide) {
    left.children = List.of(TwoEngines.child(true, "gcm", "10.1.0.0/16", "10.2.0.0/16", leftSide));
    right.children =
        List.of(TwoEngines.child(false, "gcm", "10.1.0.0/16", "10.2.0.0/16", rightSide));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes256gcm16-prfsha384-x25519",
        "aes128gcm16-prfsha256-ecp256",
        "aes256-sha256-ecp384",
        "aes128-sha512-prfsha512-modp2048"
      })
  void everyIkeProposalEstablishesAndRekeys(String proposal) {
    left.proposals = proposal;
    right.proposals = proposal;
    TwoEngines world = world();
    assertThat(up(world).ok()).isTrue();
    for (Node node : List.of(world.left, world.right)) { // the accepted one is told
      assertThat(node.reports)
          .anyMatch(
              r ->
                  r.contains("IKE_AUTH: established with ")
                      && r.contains("; proven by a shared key, to it by a shared key; ")
                      && says(r, proposal));
      assertThat(node.reports)
          .anyMatch(r -> r.contains(": child up gcm ") && r.endsWith(" aes256gcm16-esn"));
    }
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    assertThat(world.left.reports)
        .anyMatch(r -> r.contains(": rekeyed the IKE SA -> ") && says(r, proposal));
    assertThat(world.right.reports)
        .anyMatch(r -> r.contains(": peer rekeyed the IKE SA -> ") && says(r, proposal));
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  /**
   * The words of a proposal at the end of a line; a PRF that is not written follows from others.
   */
  private static boolean says(String line, String proposal) {
    List<String> last = List.of(line.substring(line.lastIndexOf(' ') + 1).split("-"));
    return last.containsAll(List.of(proposal.split("-")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes256gcm16-esn",
        "aes128gcm16-noesn",
        "aes256-sha256-noesn",
        "aes128-sha512-esn",
        "aes256gcm16-ecp256-esn",
        "aes256-sha384-modp2048-noesn"
      })
  void everyEspProposalComesUpAndRekeys(String proposal) {
    children(proposal, proposal);
    TwoEngines world = world();
    assertThat(up(world).ok()).isTrue();
    world.requireTraffic("gcm");
    int reqid = world.left.kernel.sending("gcm").getFirst().reqid().value();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.left.kernel.sending("gcm").getFirst().reqid().value()).isEqualTo(reqid);
  }

  @Test
  @Rfc({"7296-1.2-4", "7296-1.2-5", "7296-3.4-4"})
  void responderWantsAnotherKeyExchange() {
    left.proposals = "aes256gcm16-prfsha384-x25519-ecp256";
    right.proposals = "aes256gcm16-prfsha384-ecp256";
    TwoEngines world = world();
    assertThat(up(world).ok()).isTrue();
    assertThat(world.right.counter("sent_invalid_ke_payload")).isEqualTo(1);
    assertThat(world.right.reports)
        .anyMatch(
            r ->
                r.startsWith("INFO ike=")
                    && r.contains(" mid=0 IKE_SA_INIT: asked ")
                    && r.endsWith(
                        "for key exchange ecp256 with INVALID_KE_PAYLOAD, it sent x25519"));
    assertThat(world.left.reports)
        .anyMatch(r -> r.endsWith("IKE_SA_INIT: peer wants key exchange ecp256, not x25519"));
    assertThat(world.left.only().algorithms().keyExchange()).isEqualTo(19);
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
  }

  @Test
  @Rfc({"7296-1.3-3"})
  void responderWantsAnotherKeyExchangeAtARekey() {
    children("aes256gcm16-x25519-ecp256-esn", "aes256gcm16-ecp256-esn");
    TwoEngines world = world();
    assertThat(up(world).ok()).isTrue();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"7296-3.3.4-4"})
  void noCommonIkeProposal() {
    right.proposals = "aes128-sha256-modp2048";
    TwoEngines world = world();
    Effect.CommandDone done = refused(world);
    assertThat(done.ok()).isFalse();
    assertThat(done.message()).contains("NO_PROPOSAL_CHOSEN");
    assertThat(world.right.reports)
        .anyMatch(
            r ->
                r.startsWith("WARN ike=")
                    && r.contains(
                        "refused 192.0.2.1:500 at 203.0.113.20:500: offered"
                            + " aes256gcm16-prfsha384-x25519; accepted aes128-prfsha256-sha256-modp2048"));
    assertThat(world.left.reports)
        .anyMatch(
            r ->
                r.startsWith("WARN ike=")
                    && r.endsWith(
                        "peer refused: NO_PROPOSAL_CHOSEN, offered [aes256gcm16-prfsha384-x25519]"));
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
  }

  @Test
  @Rfc({"7296-2.21.2-2"})
  void noCommonEspProposalLeavesTheIkeSaUp() {
    children("aes256gcm16-esn", "aes256-sha256-noesn");
    TwoEngines world = world();
    Effect.CommandDone done = up(world);
    assertThat(done.ok()).isFalse();
    assertThat(done.message())
        .isEqualTo("child gcm peer refused: NO_PROPOSAL_CHOSEN, offered [aes256gcm16-esn]");
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
  }

  @Test
  void disjointSelectorsAreUnacceptable() {
    right.children =
        List.of(TwoEngines.child(false, "gcm", "10.8.0.0/16", "10.2.0.0/16", "aes256gcm16-esn"));
    TwoEngines world = world();
    assertThat(up(world).message()).contains("TS_UNACCEPTABLE");
    assertThat(world.left.only().children()).isEmpty();
  }

  @Test
  @Rfc({"7296-2.9-1"})
  void responderNarrows() {
    right.children =
        List.of(TwoEngines.child(false, "gcm", "10.1.5.0/24", "10.2.0.0/16", "aes256gcm16-esn"));
    TwoEngines world = world();
    assertThat(up(world).ok()).isTrue();
    world.requireTraffic("gcm");
    ChildSaSnapshot child = world.left.only().children().getFirst();
    assertThat(child.localTs()).isEqualTo(TwoEngines.selectors("10.1.5.0/24"));
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"7296-1.2-2", "7296-1.2-3"})
  void wrongSecret() {
    setup.rightPsk = TwoEngines.psk("another secret");
    TwoEngines world = world();
    Effect.CommandDone done = up(world);
    assertThat(done.ok()).isFalse();
    assertThat(done.message()).contains("AUTHENTICATION_FAILED");
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.reports).anyMatch(r -> r.contains("could not prove its identity"));
  }

  @Test
  void noSecretAtAll() {
    setup.leftPsk = (_, _, _) -> Optional.empty();
    TwoEngines world = world();
    assertThat(up(world).message()).contains("no secret");
  }

  @Test
  void unknownIdentity() {
    left.localId = TwoEngines.fqdn("stranger.example");
    TwoEngines world = world();
    assertThat(up(world).message()).contains("AUTHENTICATION_FAILED");
    assertThat(world.right.reports).anyMatch(r -> r.contains("no connection for stranger.example"));
  }

  @Test
  @Rfc({"7296-1.2-3"})
  void responderWithAnotherIdentityIsNotBelieved() {
    right.localId = TwoEngines.fqdn("other.example");
    left.remoteId = Optional.of(TwoEngines.fqdn("right.example"));
    TwoEngines world = world();
    assertThat(up(world).ok()).isFalse();
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
  }

  @Test
  @Rfc({"7296-3.5-4"})
  void identityOfAnotherKindThanTheConnections() {
    left.localId = new Identity(1, Octets.owning(TwoEngines.LEFT.getAddress()));
    right.remoteId = Optional.of(left.localId);
    right.localId = new Identity(3, TwoEngines.fqdn("gw@right.example").data());
    left.remoteId = Optional.of(right.localId);
    assertThat(up(world()).ok()).isTrue();
  }

  @Test
  void connectionIsChosenByIdentity() {
    TwoEngines.Connection any = TwoEngines.connection(false);
    any.name = "any";
    any.remote = Optional.empty();
    any.remoteId = Optional.empty();
    TwoEngines.Connection other = TwoEngines.connection(false);
    other.name = "other";
    other.remote = Optional.empty();
    other.remoteId = Optional.of(TwoEngines.fqdn("third.example"));
    right.remote = Optional.empty();
    setup.left = List.of(left.build());
    setup.right = List.of(any.build(), other.build(), right.build());
    TwoEngines world = new TwoEngines(setup);
    assertThat(up(world).ok()).isTrue();
    assertThat(world.right.only().connection()).isEqualTo("branch");
  }

  @Test
  void noConnectionForTheAddresses() {
    right.remote = Optional.of(InetAddress.ofLiteral("198.51.100.7"));
    TwoEngines world = world();
    assertThat(refused(world).message()).contains("NO_PROPOSAL_CHOSEN");
    assertThat(world.right.reports).anyMatch(r -> r.contains("no connection for these addresses"));
  }

  @Test
  void aChildThatFailsDoesNotHinderTheOthers() {
    left.children =
        List.of(
            TwoEngines.child(true, "a", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16-esn"),
            TwoEngines.child(true, "b", "10.3.0.0/16", "10.4.0.0/16", "aes256gcm16-esn"),
            TwoEngines.child(true, "c", "10.5.0.0/16", "10.6.0.0/16", "aes256gcm16-esn"));
    right.children =
        List.of(
            TwoEngines.child(false, "x", "10.1.0.0/16", "10.2.0.0/16", "aes256-sha256-esn"),
            TwoEngines.child(false, "z", "10.5.0.0/16", "10.6.0.0/16", "aes256gcm16-esn"));
    TwoEngines world = world();
    Effect.CommandDone done = up(world);
    assertThat(done.ok()).isFalse();
    assertThat(done.message()).contains("child a", "NO_PROPOSAL_CHOSEN", "TS_UNACCEPTABLE");
    assertThat(world.left.only().children())
        .extracting(ChildSaSnapshot::child)
        .containsExactly("c");
    assertThat(world.right.only().children())
        .extracting(ChildSaSnapshot::child)
        .containsExactly("z");
  }

  @Test
  void commandsThatMakeNoSenseSaySo() {
    TwoEngines world = world();
    world.left.step(new Input.Command(1, Input.Verb.UP, "nowhere", Optional.empty()));
    world.left.step(new Input.Command(2, Input.Verb.UP, "branch", Optional.of("nothing")));
    assertThat(world.left.done.get(1L).message()).isEqualTo("there is no connection nowhere");
    assertThat(world.left.done.get(2L).message()).contains("has no child nothing, only gcm");
    assertThat(world.command(world.left, 3, Input.Verb.DOWN, "").ok()).isTrue();
    assertThat(world.command(world.left, 4, Input.Verb.REKEY_IKE, "").ok()).isFalse();
    assertThat(world.command(world.left, 5, Input.Verb.REKEY_CHILD, "gcm").ok()).isFalse();
    assertThat(world.command(world.left, 6, Input.Verb.DOWN, "gcm").ok()).isTrue();
    assertThat(world.command(world.left, 7, Input.Verb.UP, "gcm").ok()).isTrue();
    assertThat(world.command(world.left, 8, Input.Verb.UP, "gcm").message()).contains("up already");
  }

  @TestFactory
  List<DynamicTest> bothSidesStartAtTheSameMoment() {
    List<DynamicTest> tests = new ArrayList<>();
    for (TwoEngines.Fate fate : TwoEngines.Fate.values()) {
      for (int i = 0; i < 10; i++) {
        int number = i;
        tests.add(
            DynamicTest.dynamicTest(
                fate + " " + number, () -> new NegotiationTest().startBoth(fate, number)));
      }
    }
    return tests;
  }

  private void startBoth(TwoEngines.Fate fate, int number) {
    left.children = Life.started(left.children);
    right.children = Life.started(right.children);
    TwoEngines world = world();
    world.fate = a -> a.number() == number ? fate : TwoEngines.Fate.PASS;
    world.now += TwoEngines.SECOND; // both are due
    world.left.step(new Input.Timeout());
    world.right.step(new Input.Timeout());
    world.settle();
    world.wire.addAll(world.held);
    world.elapse(300 * TwoEngines.SECOND);
    assertThat(world.left.only().spis()).isEqualTo(world.right.only().spis());
    world.requireTraffic("gcm");
  }

  @Test
  void startedChildrenComeBackByThemselves() {
    left.children =
        List.of(
            Life.started(left.children).getFirst(),
            new ChildPolicy(
                "second",
                TwoEngines.selectors("10.7.0.0/16"),
                TwoEngines.selectors("10.8.0.0/16"),
                left.children.getFirst().proposals(),
                left.children.getFirst().rekey(),
                ChildPolicy.StartAction.START,
                1024));
    right.children =
        List.of(
            right.children.getFirst(),
            TwoEngines.child(false, "second", "10.7.0.0/16", "10.8.0.0/16", "aes256gcm16-esn"));
    TwoEngines world = world();
    world.elapse(TwoEngines.SECOND);
    world.requireTraffic("gcm");
    world.requireTraffic("second");
    world.command(world.right, 1, Input.Verb.DOWN, "second");
    assertThat(world.left.kernel.sending("second")).isEmpty();
    world.elapse(10 * TwoEngines.SECOND);
    world.requireTraffic("second");
    world.command(world.right, 2, Input.Verb.DOWN, "");
    world.elapse(10 * TwoEngines.SECOND);
    world.requireTraffic("gcm");
    world.requireTraffic("second");
    world.command(world.left, 1, Input.Verb.DOWN, "");
    world.elapse(300 * TwoEngines.SECOND);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.engine.nextTimeoutNs()).isEmpty();
  }

  @Test
  void longMessagesTravelInFragments() {
    StringBuilder leftNets = new StringBuilder("10.1.0.0/24");
    StringBuilder rightNets = new StringBuilder("10.2.0.0/24");
    for (int i = 1; i < 60; i++) {
      leftNets.append(",10.1.").append(2 * i).append(".0/24");
      rightNets.append(",10.2.").append(2 * i).append(".0/24");
    }
    left.children =
        List.of(
            TwoEngines.child(
                true, "gcm", leftNets.toString(), rightNets.toString(), "aes256gcm16-esn"));
    right.children =
        List.of(
            TwoEngines.child(
                false, "gcm", leftNets.toString(), rightNets.toString(), "aes256gcm16-esn"));
    TwoEngines world = world();
    world.fate = a -> a.number() % 3 == 2 ? TwoEngines.Fate.TWICE : TwoEngines.Fate.PASS;
    assertThat(up(world).ok()).isTrue();
    assertThat(world.sent).allMatch(a -> a.octets().length() <= 1200);
    world.fate = a -> a.number() % 5 == 0 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.elapse(200 * TwoEngines.SECOND);
    assertThat(world.left.done.get(2L).ok()).isTrue();
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.right.takeOver();
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  void aPacketWithoutAnSaBringsTheChildUp() {
    TwoEngines world = world();
    world.left.step(
        new Input.KernelAcquire(
            "branch",
            "gcm",
            new io.pollux.ike.sad.Flow(
                TwoEngines.selectors("10.1.0.1").getFirst(),
                TwoEngines.selectors("10.2.0.1").getFirst())));
    world.settle();
    world.requireTraffic("gcm");
  }

  @Test
  void inputsAboutNothingDoNothing() {
    TwoEngines world = world();
    var spi = new io.pollux.ike.sad.EspSpi(0x12345678);
    world.left.step(new Input.ChildUsed(spi));
    world.left.step(
        new Input.ChildExpired(new io.pollux.ike.sad.SaId(spi, TwoEngines.RIGHT), true));
    world.left.step(new Input.KernelReply(new EffectId(99), new KernelResult.Done()));
    world.left.step(new Input.Timeout());
    assertThat(world.left.effects).isEmpty();
  }
}
