package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.CpPayload;
import io.pollux.ike.payload.DeletePayload;
import io.pollux.ike.payload.IdPayload;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.ProtocolId;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.payload.VendorIdPayload;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sentences of RFC 7296 about the life of SAs, and of RFC 6989 and 7383 about its accidents. */
class RfcSaLifeTest {
  private static final long SECOND = TwoEngines.SECOND;
  private static final NoncePayload NONCE = new NoncePayload(Octets.ofHex("11".repeat(32)));

  /** A shared cipher refuses the key and IV that the test before it used last. */
  private static long worlds = 11_000_000;

  private static TwoEngines world(String esp) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    for (boolean isLeft : List.of(true, false)) {
      TwoEngines.Connection c = TwoEngines.connection(isLeft);
      c.children = List.of(TwoEngines.child(isLeft, "gcm", "10.1.0.0/16", "10.2.0.0/16", esp));
      if (isLeft) {
        setup.left = List.of(c.build());
      } else {
        setup.right = List.of(c.build());
      }
    }
    return new TwoEngines(setup);
  }

  private static TwoEngines up(String esp) {
    TwoEngines world = world(esp);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    return world;
  }

  private static TwoEngines up() {
    return up("aes256gcm16-esn");
  }

  private static Payload esp(String keywords) {
    return ProposalChoice.offerEsp(
        List.of(ProposalKeywords.parseEsp(keywords, true)),
        Octets.ofHex("c0ffee01"),
        ProposalChoice.KeyExchangeUse.AS_CONFIGURED);
  }

  private static List<Payload> child(String keywords, Payload... more) {
    List<Payload> payloads = new ArrayList<>(List.of(more));
    payloads.add(esp(keywords));
    payloads.add(NONCE);
    payloads.add(TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())));
    payloads.add(TsPayload.tsr(List.of(Prefix.parse("10.2.0.0/16").selector())));
    return payloads;
  }

  @Test
  @Rfc({"7296-1.4.1-6"})
  void rfc7296_1_4_1_aHalfClosedChildStaysUntilThePeerHasAnswered() {
    TwoEngines world = up();
    ChildSaSnapshot child = world.left.only().children().getFirst();
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 2, Input.Verb.DOWN, "gcm");
    world.elapse(30 * SECOND);
    assertThat(world.right.kernel.inbound).as("the peer has closed its half").isEmpty();
    assertThat(world.left.kernel.inbound.keySet())
        .anyMatch(id -> id.spi().equals(child.inboundSpi()));
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(40 * SECOND);
    assertThat(world.left.kernel.inbound).isEmpty();
  }

  @Test
  @Rfc({"7296-1.7-3", "7296-2.19-5"})
  void rfc7296_2_19_nothingIsSaidAboutConfiguration() {
    CpPayload request =
        new CpPayload(
            1,
            List.of(
                new CpPayload.Attribute(1, Octets.EMPTY),
                new CpPayload.Attribute(5, Octets.ofHex("00000e10")))); // ADDRESS_EXPIRY
    TwoEngines world = world("aes256gcm16-esn");
    Forger forger = new Forger(world);
    forger.changeNext(
        world.left,
        Exchange.IKE_AUTH,
        p -> {
          p.add(request);
          return p;
        });
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    world.requireTraffic("gcm");
    IkeMessage answer = forger.ask(world.left, Exchange.INFORMATIONAL, request).orElseThrow();
    assertThat(answer.payloads()).isEmpty();
    TwoEngines life = new TwoEngines(Life.setup());
    Forger reader = new Forger(life);
    Life.live(life);
    assertThat(reader.readAll()).allMatch(m -> m.all(CpPayload.class).isEmpty());
    assertThat(forger.readAll().stream().filter(m -> m.direction() == Direction.RESPONSE))
        .allMatch(m -> m.all(CpPayload.class).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 3000, 9000})
  @Rfc({"7296-2-1"})
  void rfc7296_2_longMessagesAreReceivedWhole(int octets) {
    TwoEngines world = up();
    Forger forger = new Forger(world);
    int empty =
        forger
            .seal(
                world.left,
                Exchange.INFORMATIONAL,
                Direction.REQUEST,
                9,
                List.of(new VendorIdPayload(Octets.EMPTY)))
            .length();
    Octets filler = Octets.owning(new byte[octets - empty]);
    Octets request =
        forger.seal(
            world.left,
            Exchange.INFORMATIONAL,
            Direction.REQUEST,
            world.right.only().window().nextPeer().value(),
            List.of(new VendorIdPayload(filler)));
    assertThat(request.length()).isBetween(octets - 3, octets + 3);
    assertThat(forger.deliver(world.left, request)).isPresent();
  }

  @Test
  @Rfc({"7296-2-1"})
  void rfc7296_2_longMessagesAreSentWhole() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    for (boolean isLeft : List.of(true, false)) {
      TwoEngines.Connection c = TwoEngines.connection(isLeft);
      c.proposals = "aes256gcm16-prfsha384-mlkem768";
      if (isLeft) {
        setup.left = List.of(c.build());
      } else {
        setup.right = List.of(c.build());
      }
    }
    TwoEngines world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    assertThat(world.sent.getFirst().octets().length()).isGreaterThanOrEqualTo(1280);
  }

  /** Both sides go on under these message IDs. */
  private static void jump(TwoEngines world, long id) {
    for (Node node : List.of(world.left, world.right)) {
      IkeSaSnapshot sa = node.only();
      MessageWindow window =
          new MessageWindow(new MessageId(id), Optional.empty(), new MessageId(id), List.of());
      node.takeOver(List.of(sa.withKeys(Secured.copy(sa.keys())).withWindow(window)), true);
    }
  }

  @Test
  @Rfc({"7296-2.2-2"})
  void rfc7296_2_2_anIkeSaWhoseMessageIdsRunOutIsRekeyed() {
    TwoEngines world = up();
    IkeSpis before = world.left.only().spis();
    jump(world, 0xff00_0000L - 2);
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.elapse(60 * SECOND);
    assertThat(world.left.only().spis()).isNotEqualTo(before);
    assertThat(world.left.only().spis()).isEqualTo(world.right.only().spis());
    assertThat(world.left.only().window().nextOwn().value()).isLessThan(100);
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"7296-2.2-2"})
  void rfc7296_2_2_anIkeSaWhoseMessageIdsAreUsedUpIsClosed() {
    TwoEngines world = up();
    jump(world, 0xfffe_0000L - 1);
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.elapse(60 * SECOND);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.kernel.inbound).isEmpty();
  }

  @Test
  @Rfc({"7296-2.8.1-1"})
  void rfc7296_2_8_1_bothGenerationsReceiveUntilTheOldOneIsDeleted() {
    TwoEngines world = up();
    var old = List.copyOf(world.left.kernel.inbound.keySet());
    var rights = List.copyOf(world.right.kernel.inbound.keySet());
    world.fate = a -> a.octets().at(18) == 37 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    assertThat(world.left.kernel.inbound).hasSize(2).containsKeys(old.getFirst());
    assertThat(world.right.kernel.inbound).hasSize(2).containsKeys(rights.getFirst());
  }

  @ParameterizedTest
  @CsvSource({"2, left.example", "3, gw@left.example"})
  @Rfc({"7296-3.5-2", "7296-3.5-3"})
  void rfc7296_3_5_namesHaveNoTerminator(int type, String name) {
    byte[] octets = name.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    for (boolean terminated : List.of(false, true)) {
      TwoEngines.Setup setup = new TwoEngines.Setup();
      setup.seed = worlds += 10_000;
      TwoEngines.Connection left = TwoEngines.connection(true);
      TwoEngines.Connection right = TwoEngines.connection(false);
      left.localId = new Identity(type, Octets.of(octets));
      right.remoteId = Optional.of(left.localId);
      setup.left = List.of(left.build());
      setup.right = List.of(right.build());
      TwoEngines world = new TwoEngines(setup);
      Forger forger = new Forger(world);
      List<Octets> sent = new ArrayList<>();
      forger.changeNext(
          world.left,
          Exchange.IKE_AUTH,
          p -> {
            IdPayload own = (IdPayload) p.getFirst();
            sent.add(own.identity().data());
            if (terminated) {
              Octets more = Octets.concat(own.identity().data(), Octets.ofHex("00"));
              p.set(0, IdPayload.idi(new Identity(type, more)));
            }
            return p;
          });
      assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isEqualTo(!terminated);
      assertThat(sent).containsExactly(Octets.of(octets));
    }
  }

  @Test
  @Rfc({"7296-3.5-5"})
  void rfc7296_3_5_anIpv6AddressIsAnIdentity() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    left.localId = new Identity(5, Octets.ofHex("20010db8000000000000000000000001"));
    right.remoteId = Optional.of(left.localId);
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    assertThat(world.right.only().peerId()).isEqualTo(left.localId);
  }

  @Test
  @Rfc({"7296-3.10.1-4"})
  void rfc7296_3_10_1_whatHasNoStatusOfItsOwnIsInvalidSyntax() {
    List<List<Payload>> wrong =
        List.of(
            List.of(NONCE), // no SA
            List.of(esp("aes256gcm16-esn")), // no nonce
            List.of(esp("aes256gcm16-esn"), NONCE, NONCE),
            child("aes256gcm16-x25519-esn", new KePayload(31, Octets.ofHex("00".repeat(32)))),
            child("aes256gcm16-x25519-esn", new KePayload(31, Octets.ofHex("09"))));
    for (List<Payload> payloads : wrong) {
      TwoEngines world = up("aes256gcm16-x25519-esn");
      IkeMessage answer =
          new Forger(world)
              .ask(world.left, Exchange.CREATE_CHILD_SA, payloads.toArray(new Payload[0]))
              .orElseThrow();
      assertThat(answer.payloads()).hasSize(1);
      NotifyPayload notify = answer.error().orElseThrow();
      assertThat(notify.type()).isEqualTo(NotifyType.INVALID_SYNTAX);
      assertThat(notify.data()).isEqualTo(Octets.EMPTY);
    }
    TwoEngines world = up();
    IkeMessage answer =
        new Forger(world)
            .ask(world.left, Exchange.IKE_AUTH, new AuthPayload(2, Octets.ofHex("00".repeat(48))))
            .orElseThrow();
    assertThat(answer.error().orElseThrow().type()).isEqualTo(NotifyType.INVALID_SYNTAX);
  }

  @Test
  @Rfc({"6989-2.5-2"})
  void rfc6989_2_5_aBadPublicValueInARequestEndsTheIkeSa() {
    KePayload zero = new KePayload(31, Octets.ofHex("00".repeat(32)));
    Payload ike =
        ProposalChoice.offerIke(
            TwoEngines.ike("aes256gcm16-prfsha384-x25519"), Octets.ofHex("0102030405060708"));
    for (List<Payload> request :
        List.of(child("aes256gcm16-x25519-esn", zero), List.of(ike, NONCE, zero))) {
      TwoEngines world = up("aes256gcm16-x25519-esn");
      IkeMessage answer =
          new Forger(world)
              .ask(world.left, Exchange.CREATE_CHILD_SA, request.toArray(new Payload[0]))
              .orElseThrow();
      assertThat(answer.error().orElseThrow().type()).isEqualTo(NotifyType.INVALID_SYNTAX);
      assertThat(world.right.engine.snapshot(world.now)).isEmpty();
      assertThat(world.right.kernel.inbound).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"REKEY_CHILD", "REKEY_IKE"})
  @Rfc({"6989-2.5-3"})
  void rfc6989_2_5_aBadPublicValueInAResponseEndsTheIkeSaWithADelete(Input.Verb verb) {
    TwoEngines world = up("aes256gcm16-x25519-esn");
    Forger forger = new Forger(world);
    forger.changeNext(
        world.right,
        Exchange.CREATE_CHILD_SA,
        p -> {
          p.removeIf(k -> k instanceof KePayload);
          p.add(new KePayload(31, Octets.ofHex("00".repeat(32))));
          return p;
        });
    int since = world.sent.size();
    world.command(world.left, 2, verb, "");
    IkeMessage next = forger.read(world.sent.get(since + 2).octets()).orElseThrow();
    assertThat(next.all(DeletePayload.class))
        .anyMatch(d -> d.protocolId() == ProtocolId.IKE.number());
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.kernel.inbound).isEmpty();
  }

  @Test
  @Rfc({"7383-2.6-5"})
  void rfc7383_2_6_fragmentsThatDoNotBecomeAMessageAreDiscarded() {
    TwoEngines world = up("aes256gcm16-mlkem768-esn");
    int since = world.sent.size();
    world.fate =
        a -> // the first fragment arrives, and nothing after it
        a.number() == since ? TwoEngines.Fate.PASS : TwoEngines.Fate.DROP;
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    TwoEngines.Arrow first = world.sent.get(since);
    TwoEngines.Arrow second = world.sent.get(since + 1);
    assertThat(second.octets().at(33)).as("Fragment Number").isEqualTo(2);
    world.elapse(61 * SECOND);
    assertThat(world.right.counter("fragments_expired")).isEqualTo(1);
    world.right.receive(second.destination(), second.source(), second.octets());
    assertThat(world.right.kernel.inbound).hasSize(1);
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.right.receive(first.destination(), first.source(), first.octets());
    world.settle();
    assertThat(world.left.done.get(2L).ok()).isTrue();
  }
}
