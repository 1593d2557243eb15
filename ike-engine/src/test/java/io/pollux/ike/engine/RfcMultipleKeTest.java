package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.Proposal;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer may do wrong in additional key exchanges: RFC 9242, RFC 9370. */
class RfcMultipleKeTest {
  private static final long SECOND = TwoEngines.SECOND;
  private static final String PLAIN = "aes256gcm16-prfsha384-x25519";
  private static final int ADDKE1 = 6;
  private static final int ADDKE2 = 7;

  /** A shared cipher refuses the key and IV that the test before it used last. */
  private static long worlds = 7_000_000;

  private static TwoEngines world(String left, String right, String esp) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    for (boolean isLeft : List.of(true, false)) {
      TwoEngines.Connection c = TwoEngines.connection(isLeft);
      c.proposals = isLeft ? left : right;
      c.children = List.of(TwoEngines.child(isLeft, "gcm", "10.1.0.0/16", "10.2.0.0/16", esp));
      if (isLeft) {
        setup.left = List.of(c.build());
      } else {
        setup.right = List.of(c.build());
      }
    }
    return new TwoEngines(setup);
  }

  private static TwoEngines world(String left, String right) {
    return world(left, right, "aes256gcm16-esn");
  }

  private static TwoEngines up(String ike, String esp) {
    TwoEngines world = world(ike, ike, esp);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    return world;
  }

  private static List<TwoEngines.Arrow> of(TwoEngines world, Exchange exchange) {
    return world.sent.stream().filter(a -> a.octets().at(18) == exchange.number()).toList();
  }

  private static boolean isNotify(Payload payload, NotifyType type) {
    return payload instanceof NotifyPayload n && n.type().equals(type);
  }

  private static List<Transform> transforms(IkeMessage message) {
    return message.first(SaPayload.class).orElseThrow().proposals().getFirst().transforms();
  }

  @Test
  @Rfc({"9242-4-1", "9370-2.2.1-10", "9370-2.2.1-11"})
  void rfc9370_2_2_1_ikeIntermediateIsNegotiatedWhereItIsNeeded() {
    for (boolean leftHas : List.of(true, false)) {
      for (boolean rightHas : List.of(true, false)) {
        String both = PLAIN + "-ke1_mlkem768," + PLAIN;
        TwoEngines world = world(leftHas ? both : PLAIN, rightHas ? both : PLAIN);
        Forger forger = new Forger(world);
        assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
        boolean used = leftHas && rightHas;
        NotifyType type = NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED;
        assertThat(forger.read(world.sent.get(0).octets()).orElseThrow().has(type))
            .isEqualTo(leftHas);
        assertThat(forger.read(world.sent.get(1).octets()).orElseThrow().has(type)).isEqualTo(used);
        assertThat(of(world, Exchange.IKE_INTERMEDIATE).isEmpty()).isEqualTo(!used);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Rfc({"9370-2.2.1-12"})
  void rfc9370_2_2_1_withoutIkeIntermediateThoseProposalsAreSkipped(boolean alternative) {
    String offer = PLAIN + "-ke1_mlkem768" + (alternative ? "," + PLAIN : "");
    TwoEngines world = world(offer, offer);
    Forger forger = new Forger(world);
    forger.changeNext(
        world.left,
        Exchange.IKE_SA_INIT,
        payloads -> {
          payloads.removeIf(p -> isNotify(p, NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
          return payloads;
        });
    world.fate = a -> a.number() < 2 ? TwoEngines.Fate.PASS : TwoEngines.Fate.DROP;
    world.command(world.left, 1, Input.Verb.UP, "");
    IkeMessage answer = forger.read(world.sent.get(1).octets()).orElseThrow();
    if (alternative) {
      assertThat(answer.error()).isEmpty();
      assertThat(answer.first(SaPayload.class).orElseThrow().proposals().getFirst().number())
          .isEqualTo(2);
      assertThat(transforms(answer)).noneMatch(t -> t.type() == ADDKE1);
    } else {
      assertThat(answer.has(NotifyType.NO_PROPOSAL_CHOSEN)).isTrue();
    }
  }

  @Test
  @Rfc({"9370-2.2.1-11", "9370-2.2.1-12"})
  void rfc9370_2_2_1_aResponderThatDoesNotConfirmItIsNotBelieved() {
    TwoEngines world = world(PLAIN + "-ke1_mlkem768", PLAIN + "-ke1_mlkem768");
    Forger forger = new Forger(world);
    forger.changeNext(
        world.right,
        Exchange.IKE_SA_INIT,
        payloads -> {
          payloads.removeIf(p -> isNotify(p, NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
          return payloads;
        });
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(of(world, Exchange.IKE_INTERMEDIATE)).isEmpty();
    assertThat(of(world, Exchange.IKE_AUTH)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "-ke1_mlkem512-ke1_mlkem768, -ke1_mlkem768-ke1_mlkem1024, 36",
    "-ke1_mlkem512, -ke1_mlkem768, 0",
    "-ke1_mlkem512, '', 0"
  })
  @Rfc({"9370-2.2.1-3"})
  void rfc9370_2_2_1_oneOfTheOfferedIsTakenOrNoneOfTheProposal(
      String offered, String accepted, int chosen) {
    TwoEngines world = world(PLAIN + offered, PLAIN + accepted);
    Forger forger = new Forger(world);
    world.command(world.left, 1, Input.Verb.UP, "");
    IkeMessage answer = forger.read(world.sent.get(1).octets()).orElseThrow();
    if (chosen == 0) {
      assertThat(answer.has(NotifyType.NO_PROPOSAL_CHOSEN)).isTrue();
    } else {
      assertThat(transforms(answer)).filteredOn(t -> t.type() == ADDKE1).hasSize(1);
      assertThat(transforms(answer)).contains(new Transform(ADDKE1, chosen, 0));
    }
  }

  private static Payload twice(Payload payload) {
    if (!(payload instanceof SaPayload sa)) {
      return payload;
    }
    Proposal p = sa.proposals().getFirst();
    int first =
        p.transforms().stream().filter(t -> t.type() == ADDKE1).findFirst().orElseThrow().id();
    List<Transform> same =
        p.transforms().stream()
            .map(t -> t.type() == ADDKE2 ? new Transform(ADDKE2, first, 0) : t)
            .toList();
    return new SaPayload(List.of(new Proposal(p.number(), p.protocolId(), p.spi(), same)));
  }

  @Test
  @Rfc({"9370-2.2.1-6", "9370-2.2.1-7"})
  void rfc9370_2_2_1_anAnswerWithTheSameChoiceTwiceIsAFailedExchange() {
    String more = "-ke1_mlkem768-ke1_mlkem512-ke2_mlkem768-ke2_mlkem512";
    TwoEngines init = world(PLAIN + more, PLAIN + more);
    Forger forger = new Forger(init);
    init.fate = a -> a.number() < 2 ? TwoEngines.Fate.PASS : TwoEngines.Fate.DROP;
    forger.changeNext(
        init.right, Exchange.IKE_SA_INIT, ps -> ps.stream().map(p -> twice(p)).toList());
    init.command(init.left, 1, Input.Verb.UP, "");
    init.elapse(600 * SECOND);
    assertThat(init.left.done.get(1L).ok()).isFalse();
    assertThat(of(init, Exchange.IKE_INTERMEDIATE)).isEmpty();
    assertThat(init.left.reports).anyMatch(r -> r.contains("unusable response: the answer"));

    TwoEngines child = up(PLAIN, "aes256gcm16-x25519" + more + "-esn");
    Forger later = new Forger(child);
    later.changeNext(
        child.right, Exchange.CREATE_CHILD_SA, ps -> ps.stream().map(p -> twice(p)).toList());
    assertThat(child.command(child.left, 2, Input.Verb.REKEY_CHILD, "").ok()).isFalse();
    assertThat(of(child, Exchange.IKE_FOLLOWUP_KE)).isEmpty();
    assertThat(child.left.reports).anyMatch(r -> r.contains("rekey of child gcm failed"));
    child.requireTraffic("gcm");
  }

  @ParameterizedTest
  @EnumSource(
      value = Input.Verb.class,
      names = {"REKEY_CHILD", "REKEY_IKE"})
  @Rfc({"9370-2.2.4-5", "9370-2.2.4-7"})
  void rfc9370_2_2_4_aSeriesThatStopsIsForgottenAndBegunAnew(Input.Verb verb) {
    TwoEngines world = up(PLAIN + "-ke1_mlkem768", "aes256gcm16-x25519-ke1_mlkem768-esn");
    world.fate = a -> a.octets().at(18) == 44 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 2, verb, "");
    world.elapse(19 * SECOND);
    assertThat(world.right.counter("follow_ups_expired")).isZero();
    world.elapse(2 * SECOND);
    assertThat(world.right.counter("follow_ups_expired")).isEqualTo(1);
    world.fate = _ -> TwoEngines.Fate.PASS;
    int since = of(world, Exchange.CREATE_CHILD_SA).size();
    world.elapse(100 * SECOND);
    assertThat(world.left.counter("received_state_not_found")).isEqualTo(1);
    assertThat(of(world, Exchange.CREATE_CHILD_SA)).hasSize(since + 2);
    assertThat(world.left.done.get(2L).ok()).isTrue();
    assertThat(world.left.only().keys()).isEqualTo(world.right.only().keys());
    world.requireTraffic("gcm");
  }

  @ParameterizedTest
  @EnumSource(
      value = Input.Verb.class,
      names = {"REKEY_CHILD", "REKEY_IKE"})
  @Rfc({"9370-2.2.4-8"})
  void rfc9370_2_2_4_whoAlwaysForgetsLosesTheIkeSa(Input.Verb verb) {
    TwoEngines world = up(PLAIN + "-ke1_mlkem768", "aes256gcm16-x25519-ke1_mlkem768-esn");
    world.fate =
        a ->
            a.from() == world.left && a.octets().at(18) == 44
                ? TwoEngines.Fate.HOLD
                : TwoEngines.Fate.PASS;
    world.command(world.left, 2, verb, "");
    for (int i = 1; i < 4; i++) {
      world.elapse(25 * SECOND); // the responder's patience is over
      assertThat(world.left.engine.snapshot(world.now)).hasSize(1);
      world.wire.addAll(world.held); // in fragments
      world.held.clear();
      world.settle();
      assertThat(world.left.counter("received_state_not_found")).isEqualTo(i);
      world.requireTraffic("gcm");
      world.elapse(15 * SECOND); // until it tries again
    }
    world.elapse(25 * SECOND);
    world.wire.addAll(world.held);
    world.settle();
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.engine.snapshot(world.now)).as("a Delete came").isEmpty();
    assertThat(world.right.reports).anyMatch(r -> r.contains("peer deleted the IKE SA"));
  }

  @ParameterizedTest
  @CsvSource({
    "REKEY_CHILD, 1", "REKEY_CHILD, 2", "REKEY_CHILD, 3", "REKEY_CHILD, 4",
    "REKEY_IKE, 1", "REKEY_IKE, 2", "REKEY_IKE, 3", "REKEY_IKE, 4"
  })
  @Rfc({"9370-2.2.4-9"})
  void rfc9370_2_2_4_whoLosesACollisionBeginsNoFollowUp(Input.Verb verb, int seed) {
    String esp = "aes256gcm16-x25519-ke1_mlkem768-esn";
    TwoEngines world = up(PLAIN + "-ke1_mlkem768", esp);
    for (Node node : List.of(world.left, world.right)) {
      node.step(new Input.Command(2, verb, "branch", Optional.empty()));
    }
    world.settle();
    List<Node> askers =
        of(world, Exchange.IKE_FOLLOWUP_KE).stream()
            .filter(a -> (a.octets().at(19) & 0x20) == 0)
            .map(TwoEngines.Arrow::from)
            .distinct()
            .toList();
    assertThat(askers).hasSize(1);
    world.elapse(200 * SECOND);
    assertThat(world.left.only().keys()).isEqualTo(world.right.only().keys());
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"9370-2.2.4-10"})
  void rfc9370_2_2_4_aRekeyOfWhatIsBeingRekeyedIsATemporaryFailure() {
    String esp = "aes256gcm16-x25519-ke1_mlkem768-esn";
    for (Input.Verb verb : List.of(Input.Verb.REKEY_CHILD, Input.Verb.REKEY_IKE)) {
      TwoEngines world = up(PLAIN + "-ke1_mlkem768", esp);
      Forger forger = new Forger(world);
      world.fate = a -> a.octets().at(18) == 44 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
      world.command(world.left, 2, verb, "");
      assertThat(of(world, Exchange.IKE_FOLLOWUP_KE)).isNotEmpty();
      ChildSaSnapshot child = world.left.only().children().getFirst();
      List<Payload> request = new ArrayList<>();
      if (verb == Input.Verb.REKEY_CHILD) {
        request.add(NotifyPayload.ofEsp(NotifyType.REKEY_SA, child.outboundSpi()));
        request.add(
            ProposalChoice.offerEsp(
                List.of(ProposalKeywords.parseEsp(esp, true)),
                Octets.ofHex("c0ffee01"),
                ProposalChoice.KeyExchangeUse.AS_CONFIGURED));
        request.add(TsPayload.tsi(List.of(Prefix.parse("10.2.0.0/16").selector())));
        request.add(TsPayload.tsr(List.of(Prefix.parse("10.1.0.0/16").selector())));
      } else {
        request.add(
            ProposalChoice.offerIke(
                TwoEngines.ike(PLAIN + "-ke1_mlkem768"), Octets.ofHex("0102030405060708")));
      }
      request.add(new NoncePayload(Octets.ofHex("11".repeat(32))));
      request.add(new KePayload(31, Octets.ofHex("09" + "00".repeat(31))));
      IkeMessage answer =
          forger
              .ask(world.right, Exchange.CREATE_CHILD_SA, request.toArray(new Payload[0]))
              .orElseThrow();
      assertThat(answer.error().orElseThrow().type())
          .as("%s", verb)
          .isEqualTo(NotifyType.TEMPORARY_FAILURE);
    }
  }

  @Test
  @Rfc({"9242-3.2-4"})
  void rfc9242_3_2_anIkeIntermediateWithAnotherMessageIdIsDropped() {
    TwoEngines world = world(PLAIN + "-ke1_mlkem768", PLAIN + "-ke1_mlkem768");
    Forger forger = new Forger(world);
    world.fate = a -> a.octets().at(18) == 43 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 1, Input.Verb.UP, "");
    KePayload ke = new KePayload(36, Octets.ofHex("00".repeat(1184)));
    for (long id : new long[] {0, 2, 3, 0xffff_ffffL}) {
      Octets request =
          forger.seal(world.left, Exchange.IKE_INTERMEDIATE, Direction.REQUEST, id, List.of(ke));
      assertThat(forger.deliver(world.left, request)).as("ID %d", id).isEmpty();
      Octets response =
          forger.seal(world.right, Exchange.IKE_INTERMEDIATE, Direction.RESPONSE, id, List.of(ke));
      assertThat(forger.deliver(world.right, response)).as("ID %d", id).isEmpty();
    }
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(20 * SECOND);
    world.requireTraffic("gcm"); // the honest ones still get through
  }

  @Test
  @Rfc({"9242-3.2-5"})
  void rfc9242_3_2_whatIsLargeIsInsideSk() {
    String ike = PLAIN + "-ke1_mlkem768-ke2_mlkem1024";
    TwoEngines world = up(ike, "aes256gcm16-esn");
    List<TwoEngines.Arrow> all = of(world, Exchange.IKE_INTERMEDIATE);
    assertThat(all).hasSizeGreaterThan(4);
    for (TwoEngines.Arrow arrow : all) {
      Octets octets = arrow.octets();
      assertThat(octets.at(16)).as("the first payload is SK or SKF").isIn(46, 53);
      assertThat(octets.at(30) << 8 | octets.at(31))
          .as("and it is the only one")
          .isEqualTo(octets.length() - 28);
      boolean first = octets.at(16) == 46 || octets.at(33) == 1;
      assertThat(octets.at(28)).as("with KE inside").isEqualTo(first ? 34 : 0);
      assertThat(octets.length()).isLessThanOrEqualTo(1200);
    }
  }
}
