package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Exchange;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.Proposal;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A rekey that came to nothing is tried again, and not at once for ever. */
class RekeyGivenUpTest {
  private static final long SECOND = TwoEngines.SECOND;
  private static final String PLAIN = "aes256gcm16-prfsha384-x25519";
  private static final int RESPONSE = 0x20; // RFC 7296 section 3.1, flags

  private static boolean is(TwoEngines.Arrow arrow, Exchange exchange) {
    return arrow.octets().length() > 28 && arrow.octets().at(18) == exchange.number();
  }

  private static Stream<TwoEngines.Arrow> requests(TwoEngines world, Exchange exchange) {
    return world.sent.stream().filter(a -> is(a, exchange) && (a.octets().at(19) & RESPONSE) == 0);
  }

  private static long asked(TwoEngines world, Node by) {
    return requests(world, Exchange.CREATE_CHILD_SA)
        .filter(a -> a.from() == by)
        .map(TwoEngines.Arrow::octets)
        .distinct()
        .count();
  }

  /**
   *
   *
   * <pre>
   *   left: rekey -\ /- right: rekey      both with additional key exchanges
   *                 X
   *   who loses leaves it to the other, who never goes on with IKE_FOLLOWUP_KE
   * </pre>
   */
  @ParameterizedTest
  @CsvSource({"REKEY_CHILD, 1", "REKEY_CHILD, 2", "REKEY_IKE, 1", "REKEY_IKE, 2"})
  void rfc9370_2_2_4_whoLosesAgainstASeriesThatStopsRekeysItself(Input.Verb verb, int seed) {
    TwoEngines world =
        RekeyCollisionTest.world(RekeyCollisionTest.MULTI + "-esn", "-ke1_mlkem768", 40 + seed);
    world.fate = a -> is(a, Exchange.IKE_FOLLOWUP_KE) ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    for (Node node : List.of(world.left, world.right)) {
      node.step(new Input.Command(2, verb, "branch", Optional.empty()));
    }
    world.settle();
    List<Node> winners =
        requests(world, Exchange.IKE_FOLLOWUP_KE).map(TwoEngines.Arrow::from).distinct().toList();
    assertThat(winners).hasSize(1);
    Node loser = winners.getFirst() == world.left ? world.right : world.left;
    assertThat(asked(world, loser)).isEqualTo(1);
    world.elapse(19 * SECOND);
    assertThat(asked(world, loser)).as("the other may still go on").isEqualTo(1);
    world.elapse(60 * SECOND);
    assertThat(asked(world, loser)).isGreaterThan(1);
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(300 * SECOND);
    assertThat(world.left.only().keys()).isEqualTo(world.right.only().keys());
    assertThat(world.left.only().children()).hasSize(1);
    world.requireTraffic("gcm");
  }

  /** The series is completed after all: what was planned in case it is not does no harm. */
  @ParameterizedTest
  @CsvSource({"REKEY_CHILD, 1", "REKEY_CHILD, 2", "REKEY_IKE, 1", "REKEY_IKE, 2"})
  void rfc9370_2_2_4_whoLosesAgainstASeriesThatGoesOnRekeysNoMore(Input.Verb verb, int seed) {
    TwoEngines world =
        RekeyCollisionTest.world(RekeyCollisionTest.MULTI + "-esn", "-ke1_mlkem768", 50 + seed);
    for (Node node : List.of(world.left, world.right)) {
      node.step(new Input.Command(2, verb, "branch", Optional.empty()));
    }
    world.settle();
    world.elapse(10 * SECOND);
    long both = requests(world, Exchange.CREATE_CHILD_SA).count();
    world.elapse(300 * SECOND);
    assertThat(requests(world, Exchange.CREATE_CHILD_SA)).hasSize((int) both);
    world.requireTraffic("gcm");
  }

  private static TwoEngines twoGroups() {
    TwoEngines world = RekeyCollisionTest.world("-esn", ",aes256gcm16-prfsha384-ecp256", 60);
    assertThat(world.left.only().algorithms().keyExchange()).isEqualTo(31);
    return world;
  }

  private static List<Payload> wants(int group) {
    return List.of(
        NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, new WireWriter().u16(group).toOctets()));
  }

  /** The peer refuses what it gets, whatever was asked for. */
  private static void spoil(TwoEngines world, Forger forger) {
    forger.changeNext(
        world.left,
        Exchange.CREATE_CHILD_SA,
        payloads -> {
          List<Payload> changed = new ArrayList<>();
          payloads.forEach(p -> changed.add(p instanceof SaPayload sa ? half(sa) : p));
          return changed;
        });
  }

  private static SaPayload half(SaPayload sa) {
    Proposal p = sa.proposals().getFirst();
    return new SaPayload(
        List.of(new Proposal(p.number(), p.protocolId(), p.spi(), p.transforms().subList(0, 1))));
  }

  private static void keepWanting(TwoEngines world, Forger forger, int group, int other) {
    spoil(world, forger);
    forger.changeNext(
        world.right,
        Exchange.CREATE_CHILD_SA,
        _ -> {
          keepWanting(world, forger, other, group);
          return wants(group);
        });
  }

  @Test
  void rfc7296_1_3_aPeerThatKeepsWantingTheOtherGroupIsNotFollowedInCircles() {
    TwoEngines world = twoGroups();
    keepWanting(world, new Forger(world), 19, 31);
    world.left.step(new Input.Command(2, Input.Verb.REKEY_IKE, "branch", Optional.empty()));
    for (int i = 0; i < 20 && !world.wire.isEmpty(); i++) {
      world.settle();
    }
    assertThat(asked(world, world.left)).isEqualTo(2);
    assertThat(world.left.done.get(2L).ok()).isFalse();
  }

  @Test
  void rfc7296_2_8_anAnswerThatIsOfNoUseIsNotTheLastAttempt() {
    TwoEngines world = twoGroups();
    IkeSaSnapshot before = world.left.only();
    Forger forger = new Forger(world);
    spoil(world, forger);
    Octets spi = Octets.ofHex("0102030405060708");
    SaPayload whole = ProposalChoice.offerIke(TwoEngines.ike(PLAIN), spi);
    forger.changeNext(
        world.right,
        Exchange.CREATE_CHILD_SA,
        _ ->
            List.of(
                half(whole),
                new NoncePayload(Octets.ofHex("11".repeat(32))),
                new KePayload(31, Octets.ofHex("09" + "00".repeat(31)))));
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_IKE, "").ok()).isFalse();
    assertThat(world.left.reports).anyMatch(r -> r.contains("rekey of the IKE SA failed"));
    assertThat(world.left.only().spis()).isEqualTo(before.spis());
    world.elapse(60 * SECOND);
    assertThat(world.left.only().spis()).isNotEqualTo(before.spis());
    world.requireTraffic("gcm");
  }
}
