package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.VendorIdPayload;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** First messages, which nothing authenticates: RFC 7296 sections 2.6 and 3.4, RFC 6989. */
class RfcInitTest {
  private final TwoEngines world = new TwoEngines(new TwoEngines.Setup());
  private final Forger forger = new Forger(world);

  private void begin() {
    world.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    world.settle();
  }

  /** An IKE_SA_INIT message with other payloads. */
  private static Octets changed(Octets datagram, UnaryOperator<Payload> change) {
    try {
      IkeMessage message = ((Decoded.Clear) MessageCodec.decode(datagram)).message();
      List<Payload> payloads = new ArrayList<>();
      message.clear().forEach(p -> payloads.add(change.apply(p)));
      return MessageCodec.encode(
          IkeMessage.clear(
              message.spis(),
              message.exchange(),
              message.sender(),
              message.direction(),
              message.messageId(),
              payloads));
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private Octets response(NotifyPayload notify) {
    try {
      IkeSpi initiator = IkeHeader.read(world.sent.getFirst().octets()).spis().initiator();
      return MessageCodec.encode(
          IkeMessage.clear(
              new IkeSpis(initiator, IkeSpi.NONE),
              Exchange.IKE_SA_INIT,
              Role.RESPONDER,
              Direction.RESPONSE,
              new MessageId(0),
              List.of(notify)));
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private static NotifyPayload cookie(int octets) {
    return NotifyPayload.of(NotifyType.COOKIE, Octets.ofHex("5a".repeat(octets)));
  }

  @Test
  @Rfc({"7296-2.6-2"})
  void rfc7296_2_6_aCookieHasOneTo64Octets() {
    world.fate = _ -> TwoEngines.Fate.DROP;
    begin();
    for (int wrong : new int[] {0, 65, 1000}) {
      int sent = world.sent.size();
      forger.deliver(world.right, response(cookie(wrong)));
      assertThat(world.sent).as("%d octets", wrong).hasSize(sent);
    }
    for (int right : new int[] {1, 64}) {
      IkeMessage again = forger.deliver(world.right, response(cookie(right))).orElseThrow();
      assertThat(again.clear().getFirst()).isEqualTo(cookie(right)); // and it comes first
    }
  }

  @Test
  @Rfc({"7296-2.6-4"})
  void rfc7296_2_6_aWrongCookieIsAsGoodAsNone() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    EngineConfig c = EngineConfig.defaults(0);
    setup.rightConfig =
        new EngineConfig(
            0,
            c.ports(),
            c.retransmission(),
            new EngineConfig.HalfOpenLimits(0, 100, 100, 30 * TwoEngines.SECOND),
            c.restart(),
            c.natKeepaliveNs(),
            c.busyRetryNs(),
            c.closeNs(),
            c.maxChildren());
    TwoEngines wary = new TwoEngines(setup);
    Forger forge = new Forger(wary);
    wary.fate = a -> a.number() < 2 ? TwoEngines.Fate.PASS : TwoEngines.Fate.DROP;
    wary.command(wary.left, 1, Input.Verb.UP, "");
    Octets withCookie = wary.sent.get(2).octets();
    Octets wrong =
        changed(
            withCookie,
            p ->
                p instanceof NotifyPayload n && n.type().equals(NotifyType.COOKIE)
                    ? cookie(n.data().length())
                    : p);
    IkeMessage answer = forge.deliver(wary.left, wrong).orElseThrow();
    assertThat(answer.has(NotifyType.COOKIE)).isTrue();
    assertThat(answer.clear()).hasSize(1);
    assertThat(wary.right.engine.statistics().halfOpen()).isZero();
    Octets otherAddress = withCookie;
    wary.right.receive(
        forge.endpoint(wary.right),
        new io.pollux.ike.sad.Endpoint(java.net.InetAddress.ofLiteral("198.51.100.1"), 500),
        otherAddress);
    assertThat(wary.right.engine.statistics().halfOpen()).as("a cookie of another's").isZero();
    forge.deliver(wary.left, withCookie);
    assertThat(wary.right.engine.statistics().halfOpen()).isEqualTo(1);
  }

  @Test
  @Rfc({"6989-2.5-1", "8031-3.2-1"})
  void rfc6989_2_5_anInvalidPublicValueMakesNoIkeSa() {
    for (boolean request : List.of(true, false)) {
      TwoEngines fresh = new TwoEngines(new TwoEngines.Setup());
      Forger forge = new Forger(fresh);
      forge.replaceNext(
          request ? fresh.left : fresh.right,
          o ->
              changed(
                  o,
                  p ->
                      p instanceof KePayload ke
                          ? new KePayload(ke.method(), Octets.ofHex("00".repeat(32)))
                          : p));
      fresh.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
      fresh.settle();
      Node judge = request ? fresh.right : fresh.left;
      assertThat(judge.engine.statistics().established()).isZero();
      if (request) {
        assertThat(fresh.right.engine.statistics().halfOpen()).isZero();
      }
      fresh.elapse(20 * TwoEngines.SECOND);
      if (!request) {
        fresh.requireTraffic("gcm"); // the genuine response is repeated, and gets through
      }
    }
  }

  @Test
  @Rfc({"6989-2.5-2"})
  void rfc6989_2_5_anInvalidPublicValueInARekeyIsAnswered() {
    begin();
    forger
        .ask(
            world.left,
            Exchange.CREATE_CHILD_SA,
            io.pollux.ike.policy.ProposalChoice.offerIke(
                TwoEngines.ike("aes256gcm16-prfsha384-x25519"), Octets.ofHex("0102030405060708")),
            new io.pollux.ike.payload.NoncePayload(Octets.ofHex("11".repeat(32))),
            new KePayload(31, Octets.ofHex("00".repeat(32))))
        .ifPresentOrElse(
            a -> assertThat(a.error().orElseThrow().type()).isEqualTo(NotifyType.INVALID_SYNTAX),
            () -> assertThat(false).as("no answer").isTrue());
    assertThat(world.right.engine.snapshot(world.now).stream().map(s -> s.spis().initiator()))
        .doesNotContain(new IkeSpi(0x0102030405060708L));
  }

  @Test
  @Rfc({"7296-3.12-1", "9242-3.1-1"})
  void rfc9242_3_1_whatANotifyOrVendorIdSaysBeyondItsTypeIsIgnored() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    for (boolean left : List.of(true, false)) {
      TwoEngines.Connection c = TwoEngines.connection(left);
      c.proposals = "aes256gcm16-prfsha384-x25519-ke1_mlkem768";
      if (left) {
        setup.left = List.of(c.build());
      } else {
        setup.right = List.of(c.build());
      }
    }
    // A changed IKE_SA_INIT breaks AUTH, so both sides' engines must see the same octets.
    TwoEngines pq = new TwoEngines(setup);
    Forger forge = new Forger(pq);
    pq.fate = _ -> TwoEngines.Fate.DROP;
    pq.command(pq.left, 1, Input.Verb.UP, "");
    Octets init = pq.sent.getFirst().octets();
    Octets more =
        changed(
            init,
            p ->
                p instanceof NotifyPayload n
                        && n.type().equals(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED)
                    ? NotifyPayload.of(n.type(), Octets.ofHex("c0ffee"))
                    : p);
    IkeMessage answer = forge.deliver(pq.left, more).orElseThrow();
    assertThat(answer.has(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED)).isTrue();
    assertThat(answer.error()).isEmpty();
    TwoEngines plain = new TwoEngines(new TwoEngines.Setup());
    Forger vendor = new Forger(plain);
    plain.fate = _ -> TwoEngines.Fate.DROP;
    plain.command(plain.left, 1, Input.Verb.UP, "");
    Octets known =
        changed(
            plain.sent.getFirst().octets(),
            p ->
                p instanceof NotifyPayload n
                        && n.type().equals(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED)
                    ? new VendorIdPayload(Octets.ofHex("00112233"))
                    : p);
    assertThat(vendor.deliver(plain.left, known).orElseThrow().error()).isEmpty();
  }

  @Test
  @Rfc({"7296-2.5-10", "7296-3.2-4", "7296-3.2-6", "7296-2.5-6"})
  void rfc7296_3_2_theCriticalBitAndReservedOnesAreNeverSent() throws Malformed {
    TwoEngines life = new TwoEngines(Life.setup());
    Forger reader = new Forger(life);
    Life.live(life);
    int payloads = 0;
    for (TwoEngines.Arrow arrow : life.sent) {
      for (Octets plain : reader.plain(arrow.octets())) {
        int at = IkeHeader.SIZE;
        for (int type = plain.at(16); type != 0 && at < plain.length(); payloads++) {
          assertThat(plain.at(at + 1)).as("critical and RESERVED of type %d", type).isZero();
          int length = plain.at(at + 2) << 8 | plain.at(at + 3);
          boolean sk = type == 46;
          type = plain.at(at);
          at += sk ? 4 : length; // what is sealed follows in the clear
        }
      }
    }
    assertThat(payloads).isGreaterThan(50);
  }
}
