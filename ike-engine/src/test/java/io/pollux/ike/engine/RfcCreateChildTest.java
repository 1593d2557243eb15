package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.DeletePayload;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** CREATE_CHILD_SA with a peer that is authentic and wrong: RFC 7296 sections 1.3, 2.8, 2.18. */
class RfcCreateChildTest {
  private static final NoncePayload NONCE = new NoncePayload(Octets.ofHex("11".repeat(32)));

  private final TwoEngines world = new TwoEngines(new TwoEngines.Setup());
  private final Forger forger = new Forger(world);

  RfcCreateChildTest() {
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
  }

  private static SaPayload esp(String keywords) {
    return ProposalChoice.offerEsp(
        List.of(ProposalKeywords.parseEsp(keywords, true)),
        Octets.ofHex("c0ffee01"),
        ProposalChoice.KeyExchangeUse.AS_CONFIGURED);
  }

  private static SaPayload ike(String keywords) {
    return ProposalChoice.offerIke(
        List.of(ProposalKeywords.parseIke(keywords, true)), Octets.ofHex("0102030405060708"));
  }

  private static NotifyType error(Optional<IkeMessage> answer) {
    return answer.orElseThrow().error().orElseThrow().type();
  }

  private void requireUnharmed() {
    world.requireTraffic("gcm");
    assertThat(world.right.only().children()).hasSize(1);
  }

  @Test
  @Rfc({"7296-2.18-1", "7296-2.18-2", "7296-1.3.2-1"})
  void rfc7296_2_18_noIkeRekeyWithoutAKeyExchange() {
    Optional<IkeMessage> answer =
        forger.ask(
            world.left, Exchange.CREATE_CHILD_SA, ike("aes256gcm16-prfsha384-x25519"), NONCE);
    assertThat(error(answer)).isIn(NotifyType.INVALID_SYNTAX, NotifyType.NO_PROPOSAL_CHOSEN);
    assertThat(
            world.right.engine.snapshot(world.now).stream().map(s -> s.spis().initiator().value()))
        .doesNotContain(0x0102030405060708L);
  }

  @Test
  @Rfc({"7296-2.7-3", "7296-3.3.4-3", "7296-3.3.4-4", "7296-3.3.6-1"})
  void rfc7296_2_7_aChildOfOtherProposalsIsRejectedAsAWhole() {
    Optional<IkeMessage> answer =
        forger.ask(
            world.left,
            Exchange.CREATE_CHILD_SA,
            esp("aes128-sha256-noesn"),
            NONCE,
            TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())),
            TsPayload.tsr(List.of(Prefix.parse("10.2.0.0/16").selector())));
    assertThat(error(answer)).isEqualTo(NotifyType.NO_PROPOSAL_CHOSEN);
    requireUnharmed();
  }

  @Test
  @Rfc({"7296-2.9-1"})
  void rfc7296_2_9_foreignTrafficIsNotLetIn() {
    Optional<IkeMessage> answer =
        forger.ask(
            world.left,
            Exchange.CREATE_CHILD_SA,
            esp("aes256gcm16-esn"),
            NONCE,
            TsPayload.tsi(List.of(Prefix.parse("172.16.0.0/12").selector())),
            TsPayload.tsr(List.of(Prefix.parse("0.0.0.0/1").selector())));
    assertThat(error(answer)).isEqualTo(NotifyType.TS_UNACCEPTABLE);
    requireUnharmed();
  }

  @Test
  void rangesThatComeToHundredsOfThousandsOfPoliciesAreUnacceptable() {
    Optional<IkeMessage> answer =
        forger.ask(
            world.left,
            Exchange.CREATE_CHILD_SA,
            esp("aes256gcm16-esn"),
            NONCE,
            TsPayload.tsi(List.of(ragged("10.1"))),
            TsPayload.tsr(List.of(ragged("10.2"))));
    assertThat(error(answer)).isEqualTo(NotifyType.TS_UNACCEPTABLE);
    assertThat(world.right.reports)
        .anyMatch(
            r ->
                r.contains("child refused with TS_UNACCEPTABLE: gcm")
                    && r.contains("810000 pairs of prefixes, and 4096 is the most"));
    requireUnharmed();
  }

  /** All of it but the first and the last address and port. */
  private static TrafficSelector ragged(String net) {
    return new TrafficSelector(
        InetAddress.ofLiteral(net + ".0.1"), InetAddress.ofLiteral(net + ".255.254"), 6, 1, 65_534);
  }

  @Test
  @Rfc({"7296-2.25-1"})
  void rfc7296_2_25_temporaryFailureIsNotFollowedByAnImmediateRetry() {
    forger.answerNext(world.right, NotifyPayload.of(NotifyType.TEMPORARY_FAILURE));
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    int sent = world.sent.size();
    world.elapse(TwoEngines.SECOND);
    assertThat(world.sent).hasSize(sent);
    assertThat(world.left.done.get(2L)).isNull();
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.sent).hasSizeGreaterThan(sent);
  }

  @Test
  @Rfc({"7296-3.10.1-1"})
  void rfc7296_3_10_1_anUnknownErrorMeansThatTheRequestHasFailed() {
    forger.answerNext(world.right, NotifyPayload.of(new NotifyType(8123)));
    Effect.CommandDone done = world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    assertThat(done.ok()).isFalse();
    assertThat(world.left.only().children()).hasSize(1);
  }

  @Test
  @Rfc({"7296-3.3.6-5", "7296-2.7-2", "7296-2.7-4"})
  void rfc7296_3_3_6_anAnswerThatWasNotOfferedIsRefused() {
    for (String wrong : List.of("aes128-sha256-noesn", "aes128gcm16-esn", "aes256gcm16-noesn")) {
      TwoEngines fresh = new TwoEngines(new TwoEngines.Setup());
      Forger forge = new Forger(fresh);
      fresh.command(fresh.left, 1, Input.Verb.UP, "");
      forge.answerNext(
          fresh.right,
          esp(wrong),
          NONCE,
          TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())),
          TsPayload.tsr(List.of(Prefix.parse("10.2.0.0/16").selector())));
      fresh.command(fresh.left, 2, Input.Verb.REKEY_CHILD, "");
      assertThat(fresh.left.done.get(2L).ok()).as(wrong).isFalse();
      assertThat(fresh.left.kernel.outbound.values())
          .as(wrong)
          .allMatch(c -> !c.outboundSpi().equals(new EspSpi(0xc0ffee01)));
    }
  }

  @Test
  @Rfc({"7296-2.9-1", "7296-2.9.2-1"})
  void rfc7296_2_9_anAnswerWithWiderSelectorsIsRefused() {
    forger.answerNext(
        world.right,
        esp("aes256gcm16-esn"),
        NONCE,
        TsPayload.tsi(List.of(Prefix.parse("10.0.0.0/8").selector())),
        TsPayload.tsr(List.of(Prefix.parse("0.0.0.0/0").selector())));
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    assertThat(world.left.done.get(2L).ok()).isFalse();
    for (ChildSaSnapshot child : world.left.kernel.inbound.values()) {
      assertThat(child.localTs()).isEqualTo(TwoEngines.selectors("10.1.0.0/16"));
      assertThat(child.remoteTs()).isEqualTo(TwoEngines.selectors("10.2.0.0/16"));
    }
  }

  @Test
  @Rfc({"7296-2.9.2-1"})
  void rfc7296_2_9_2_aRekeyMustNotEndInNarrowerSelectors() {
    forger.answerNext(
        world.right,
        esp("aes256gcm16-esn"),
        NONCE,
        TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())),
        TsPayload.tsr(List.of(Prefix.parse("10.2.0.0/17").selector())));
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    assertThat(world.left.done.get(2L).ok()).isFalse();
    assertThat(world.left.done.get(2L).message()).contains("2.9.2");
    assertThat(world.left.kernel.sending("gcm")).hasSize(1);
  }

  @Test
  @Rfc({"7296-2.9.2-2"})
  void rfc7296_2_9_2_aPeerThatRekeysWithOtherSelectorsGetsAChildBesideTheOldOne() {
    EspSpi old = world.right.only().children().getFirst().outboundSpi();
    IkeMessage answer =
        forger
            .ask(
                world.left,
                Exchange.CREATE_CHILD_SA,
                NotifyPayload.ofEsp(NotifyType.REKEY_SA, old),
                esp("aes256gcm16-esn"),
                NONCE,
                TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())),
                TsPayload.tsr(List.of(Prefix.parse("10.2.0.0/17").selector())))
            .orElseThrow();
    assertThat(answer.error()).isEmpty();
    assertThat(world.right.kernel.policies).hasSize(2);
    assertThat(world.right.kernel.sending("gcm")).hasSize(2);
    assertThat(world.right.kernel.sending("gcm").stream().map(ChildSaSnapshot::reqid).distinct())
        .hasSize(2);
  }

  @Test
  @Rfc({"7296-1.3.3-1", "7296-2.8-4"})
  void rfc7296_1_3_3_aRekeyNamesWhatItReplacesAndTheNewOneReceivesFirst() {
    boolean[] ready = {false};
    Node right = world.right;
    world.nat =
        arrow -> {
          if (arrow.from() == right) {
            ready[0] |= right.kernel.inbound.size() == 2; // before the response is on the wire
          }
          return arrow;
        };
    int since = world.sent.size();
    EspSpi old = world.left.only().children().getFirst().inboundSpi();
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    IkeMessage request = forger.read(world.sent.get(since).octets()).orElseThrow();
    assertThat(request.first(NotifyType.REKEY_SA).orElseThrow().espSpi()).contains(old);
    assertThat(ready[0]).isTrue();
  }

  @Test
  @Rfc({"7296-3.10-1", "7296-3.10-2", "7296-3.10-3", "7383-2.3-1", "7383-2.3-2"})
  void rfc7296_3_10_protocolAndSpiOfEveryNotifyThatIsSent() {
    TwoEngines life = new TwoEngines(Life.setup());
    Forger reader = new Forger(life);
    Life.live(life);
    int seen = 0;
    for (IkeMessage message : reader.readAll()) {
      for (NotifyPayload notify : message.notifies()) {
        seen++;
        boolean child = notify.type().equals(NotifyType.REKEY_SA);
        boolean childless = notify.type().equals(NotifyType.CHILDLESS_IKEV2_SUPPORTED); // RFC 6023
        int protocol = child ? 3 : childless ? 1 : 0;
        assertThat(notify.protocolId()).as("%s", notify.type()).isEqualTo(protocol);
        assertThat(notify.spi().length()).as("%s", notify.type()).isEqualTo(child ? 4 : 0);
      }
      for (DeletePayload delete : message.all(DeletePayload.class)) {
        assertThat(delete.protocolId()).isIn(1, 3);
        assertThat(delete.spis()).allMatch(s -> s.length() == 4);
      }
    }
    assertThat(seen).isGreaterThan(10);
  }

  @Test
  @Rfc({"7296-1-1", "9242-3.2-2"})
  void rfc7296_1_nothingComesBeforeIkeAuthIsComplete() {
    TwoEngines half = new TwoEngines(new TwoEngines.Setup());
    Forger early = new Forger(half);
    half.fate =
        a -> a.octets().at(18) == 35 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS; // IKE_AUTH
    half.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    half.settle();
    assertThat(half.right.engine.snapshot(half.now)).hasSize(1);
    for (Exchange exchange : List.of(Exchange.CREATE_CHILD_SA, Exchange.INFORMATIONAL)) {
      Octets request =
          early.seal(
              half.left,
              exchange,
              Direction.REQUEST,
              1,
              exchange == Exchange.INFORMATIONAL
                  ? List.of(DeletePayload.ike())
                  : List.of(
                      esp("aes256gcm16-esn"),
                      NONCE,
                      TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())),
                      TsPayload.tsr(List.of(Prefix.parse("10.2.0.0/16").selector()))));
      assertThat(early.deliver(half.left, request)).isEmpty();
    }
    assertThat(half.right.kernel.inbound).isEmpty();
    half.fate = _ -> TwoEngines.Fate.PASS;
    half.elapse(20 * TwoEngines.SECOND);
    half.requireTraffic("gcm"); // the honest one still gets through
  }

  @Test
  @Rfc({"7296-3.3.6-8", "7296-3.4-3"})
  void rfc7296_3_4_noKeWhereNoGroupIsAgreed() {
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    List<IkeMessage> all =
        forger.readAll().stream().filter(m -> m.exchange() == Exchange.CREATE_CHILD_SA).toList();
    assertThat(all).hasSize(2).allMatch(m -> m.all(KePayload.class).isEmpty());
  }

  @Test
  @Rfc({"9370-2.2.4-6"})
  void rfc9370_2_2_4_aFollowUpWithoutStateIsStateNotFound() {
    Optional<IkeMessage> answer =
        forger.ask(
            world.left,
            Exchange.IKE_FOLLOWUP_KE,
            new KePayload(36, Octets.ofHex("00".repeat(1184))),
            NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, Octets.ofHex("0102")));
    assertThat(error(answer)).isEqualTo(NotifyType.STATE_NOT_FOUND);
    requireUnharmed();
  }
}
