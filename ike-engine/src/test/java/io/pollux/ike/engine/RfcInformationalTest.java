package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.DeletePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.UnknownPayload;
import io.pollux.ike.payload.VendorIdPayload;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a peer may say in an established IKE SA, and what a stranger may say beside it. */
class RfcInformationalTest {
  private final TwoEngines world = new TwoEngines(new TwoEngines.Setup());
  private final Forger forger = new Forger(world);

  RfcInformationalTest() {
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
  }

  private void requireUnharmed() {
    assertThat(world.left.only().spis()).isEqualTo(world.right.only().spis());
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"7296-1.4-4", "7296-3.10.1-2", "7296-3.10.1-3", "7296-3.12-2", "7296-2.5-9"})
  void rfc7296_1_4_everyRequestIsAnsweredAndWhatIsUnknownIgnored() {
    IkeMessage answer =
        forger
            .ask(
                world.left,
                Exchange.INFORMATIONAL,
                NotifyPayload.of(new NotifyType(8000)),
                NotifyPayload.of(new NotifyType(40_000), Octets.ofHex("0102")),
                new UnknownPayload(201, false, Octets.ofHex("ff")),
                new VendorIdPayload(Octets.ofHex("aabb")))
            .orElseThrow();
    assertThat(answer.direction()).isEqualTo(Direction.RESPONSE);
    assertThat(answer.payloads()).isEmpty();
    requireUnharmed();
  }

  @Test
  @Rfc({"7296-2.5-8", "7296-3.2-2", "7296-2.21.3-1"})
  void rfc7296_2_5_anUnknownCriticalPayloadInSkIsRejectedWithItsType() {
    ChildSaSnapshot child = world.right.only().children().getFirst();
    IkeMessage answer =
        forger
            .ask(
                world.left,
                Exchange.INFORMATIONAL,
                DeletePayload.esp(List.of(child.outboundSpi())),
                new UnknownPayload(201, true, Octets.ofHex("ff")))
            .orElseThrow();
    NotifyPayload notify = answer.notifies().getFirst();
    assertThat(notify.type()).isEqualTo(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD);
    assertThat(notify.data()).isEqualTo(Octets.ofHex("c9"));
    requireUnharmed(); // the Delete beside it was not carried out
  }

  @Test
  @Rfc({"7296-2.21.3-1"})
  void rfc7296_2_21_3_aMalformedRequestIsAnsweredAndFatal() {
    IkeMessage answer =
        forger
            .ask(
                world.left,
                Exchange.CREATE_CHILD_SA,
                new NoncePayload(Octets.ofHex("11".repeat(32)))) // no SA
            .orElseThrow();
    assertThat(answer.error().orElseThrow().type()).isEqualTo(NotifyType.INVALID_SYNTAX);
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.kernel.inbound).isEmpty();
  }

  @Test
  @Rfc({"7296-2.21.3-1"})
  void rfc7296_2_21_3_anExchangeThatHasNoPlaceIsAnsweredToo() {
    Optional<IkeMessage> answer =
        forger.ask(
            world.left, Exchange.IKE_AUTH, new AuthPayload(2, Octets.ofHex("00".repeat(32))));
    assertThat(answer).isPresent();
    assertThat(answer.get().error().orElseThrow().type()).isEqualTo(NotifyType.INVALID_SYNTAX);
  }

  @Test
  @Rfc({"7296-1.4.1-1", "7296-1.4.1-2", "7296-1.4.1-3", "7296-2.4-8"})
  void rfc7296_1_4_1_aDeleteClosesBothOfAPairOnBothSides() {
    world.command(world.left, 2, Input.Verb.DOWN, "gcm");
    for (Node node : List.of(world.left, world.right)) {
      assertThat(node.kernel.inbound).isEmpty();
      assertThat(node.kernel.outbound).isEmpty();
    }
    List<IkeMessage> all = forger.readAll();
    IkeMessage answer = all.getLast();
    assertThat(all.get(all.size() - 2).all(DeletePayload.class)).hasSize(1);
    assertThat(answer.all(DeletePayload.class)).hasSize(1);
  }

  @Test
  @Rfc({"7296-1.4.1-4", "7296-1.4.1-5"})
  void rfc7296_1_4_1_deletesThatCrossAreAnsweredWithoutDelete() {
    world.left.step(new Input.Command(2, Input.Verb.DOWN, "branch", Optional.of("gcm")));
    world.right.step(new Input.Command(2, Input.Verb.DOWN, "branch", Optional.of("gcm")));
    world.settle();
    List<IkeMessage> all = forger.readAll();
    for (IkeMessage response : all.subList(all.size() - 2, all.size())) {
      assertThat(response.direction()).isEqualTo(Direction.RESPONSE);
      assertThat(response.all(DeletePayload.class)).isEmpty();
    }
    for (Node node : List.of(world.left, world.right)) {
      assertThat(node.kernel.inbound).isEmpty();
      assertThat(node.kernel.outbound).isEmpty();
    }
  }

  @Test
  @Rfc({"7296-3.11-1", "7296-3.11-3"})
  void rfc7296_3_11_aDeleteOfWhatIsNotThereIsAnsweredAndHarmless() {
    IkeMessage answer =
        forger
            .ask(
                world.left,
                Exchange.INFORMATIONAL,
                DeletePayload.esp(List.of(new EspSpi(0xdead0001), new EspSpi(0xdead0002))))
            .orElseThrow();
    assertThat(answer.payloads()).isEmpty();
    requireUnharmed();
  }

  @Test
  @Rfc({"7296-1.5-1", "7296-2.21.4-4", "7296-2.21.4-5", "7296-2.4-3", "7296-3.1-11"})
  void rfc7296_2_21_4_anUnprotectedNotifyIsNeitherAnsweredNorBelieved() {
    List<IkeMessage> said = new ArrayList<>();
    for (Direction direction : Direction.values()) {
      for (NotifyType type :
          List.of(
              NotifyType.INVALID_IKE_SPI,
              NotifyType.INVALID_SYNTAX,
              NotifyType.AUTHENTICATION_FAILED,
              NotifyType.INVALID_MAJOR_VERSION,
              new NotifyType(11))) { // INVALID_SPI
        for (long id = 0; id < 4; id++) {
          Octets forged =
              MessageCodec.encode(
                  IkeMessage.clear(
                      world.right.only().spis(),
                      Exchange.INFORMATIONAL,
                      Role.INITIATOR,
                      direction,
                      new MessageId(id),
                      List.of(NotifyPayload.of(type))));
          forger.deliver(world.left, forged).ifPresent(said::add);
        }
      }
    }
    assertThat(said).as("no answer, and a question of its own at most").hasSizeLessThan(2);
    assertThat(said)
        .allMatch(
            m ->
                m.direction() == Direction.REQUEST
                    && m.exchange() == Exchange.INFORMATIONAL
                    && m.isProtected()
                    && m.payloads().isEmpty());
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(10 * TwoEngines.SECOND); // the question is answered
    requireUnharmed();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
  }

  @Test
  @Rfc({"7296-1.4-1", "7296-1.4-2", "7296-1.4-3"})
  void rfc7296_1_4_aDeleteOutsideSkIsNothing() {
    ChildSaSnapshot child = world.right.only().children().getFirst();
    for (DeletePayload delete :
        List.of(DeletePayload.ike(), DeletePayload.esp(List.of(child.outboundSpi())))) {
      Octets forged =
          MessageCodec.encode(
              IkeMessage.clear(
                  world.right.only().spis(),
                  Exchange.INFORMATIONAL,
                  Role.INITIATOR,
                  Direction.REQUEST,
                  world.right.only().window().nextPeer(),
                  List.of(delete)));
      assertThat(forger.deliver(world.left, forged)).isEmpty();
    }
    requireUnharmed();
  }

  @Test
  @Rfc({"7296-2.21.4-1", "7296-2.21.4-2", "7296-2.21.4-3", "7296-2.11-1", "7296-2.11-2"})
  void rfc7296_2_21_4_anUnknownIkeSpiIsToldInTheClearToWhereItCameFrom() {
    Octets request =
        forger.seal(world.left, Exchange.INFORMATIONAL, Direction.REQUEST, 7, List.of());
    byte[] stranger = request.toArray();
    stranger[15] ^= 1; // our SPI, but for a bit
    Endpoint from = new Endpoint(TwoEngines.LEFT, 61_234);
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.right.receive(forger.endpoint(world.right), from, Octets.of(stranger));
    TwoEngines.Arrow arrow = world.sent.getLast();
    assertThat(arrow.destination()).isEqualTo(from);
    assertThat(arrow.source()).isEqualTo(forger.endpoint(world.right));
    IkeMessage answer = forger.read(arrow.octets()).orElseThrow();
    assertThat(answer.isProtected()).isFalse();
    assertThat(answer.direction()).isEqualTo(Direction.RESPONSE);
    assertThat(answer.messageId().value()).isEqualTo(7);
    assertThat(answer.has(NotifyType.INVALID_IKE_SPI)).isTrue();
    IkeSpis real = world.right.only().spis();
    assertThat(answer.spis())
        .isEqualTo(new IkeSpis(real.initiator(), new IkeSpi(real.responder().value() ^ 1)));
    int sent = world.sent.size();
    stranger[19] |= 0x20;
    world.right.receive(forger.endpoint(world.right), from, Octets.of(stranger));
    assertThat(world.sent).as("a response is never answered").hasSize(sent);
  }

  @Test
  @Rfc({"7296-2.4-5", "7296-2.3-9"})
  void rfc7296_2_4_answersToUnprotectedMessagesAreLimited() {
    Octets request =
        forger.seal(world.left, Exchange.INFORMATIONAL, Direction.REQUEST, 7, List.of());
    byte[] stranger = request.toArray();
    stranger[15] ^= 1;
    int before = world.sent.size();
    world.fate = _ -> TwoEngines.Fate.DROP;
    for (int i = 0; i < 1000; i++) {
      world.right.receive(
          forger.endpoint(world.right), forger.endpoint(world.left), Octets.of(stranger));
    }
    assertThat(world.sent.size() - before).isBetween(1, 10);
  }

  @Test
  @Rfc({"7296-3.1-11", "7296-2.21.4-1"})
  void rfc7296_3_1_anAuthenticResponseThatNobodyAwaitsIsNotAnswered() {
    for (long id = 0; id < 5; id++) {
      Octets response =
          forger.seal(
              world.left,
              Exchange.INFORMATIONAL,
              Direction.RESPONSE,
              id,
              List.of(DeletePayload.ike()));
      assertThat(forger.deliver(world.left, response)).isEmpty();
    }
    requireUnharmed();
  }

  @Test
  @Rfc({"7296-2.3-8", "7296-2.1-5"})
  void rfc7296_2_3_requestsOutsideTheWindowAreNotAcknowledged() {
    long next = world.right.only().window().nextPeer().value();
    for (long id : new long[] {0, next + 1, next + 2, 0xffff_ffffL}) {
      Octets request =
          forger.seal(
              world.left,
              Exchange.INFORMATIONAL,
              Direction.REQUEST,
              id,
              List.of(DeletePayload.ike()));
      assertThat(forger.deliver(world.left, request)).as("ID %d", id).isEmpty();
    }
    requireUnharmed();
  }

  @Test
  @Rfc({"7296-2.1-2", "7383-2.6.1-2"})
  void rfc7296_2_1_aRepeatedRequestOnlyRepeatsTheResponse() {
    long next = world.right.only().window().nextPeer().value();
    Octets request =
        forger.seal(world.left, Exchange.INFORMATIONAL, Direction.REQUEST, next, List.of());
    forger.deliver(world.left, request);
    Octets first = world.sent.getLast().octets();
    int changes = world.right.effects.size();
    forger.deliver(world.left, request);
    assertThat(world.sent.getLast().octets()).isEqualTo(first);
    assertThat(world.right.effects.subList(changes, world.right.effects.size()))
        .hasSize(1)
        .allMatch(e -> e instanceof Effect.Transmit);
    byte[] notAuthentic = request.toArray();
    notAuthentic[notAuthentic.length - 1] ^= 1;
    assertThat(forger.deliver(world.left, Octets.of(notAuthentic))).isEmpty();
  }
}
