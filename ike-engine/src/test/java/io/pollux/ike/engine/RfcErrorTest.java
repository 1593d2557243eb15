package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.IdPayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.payload.UnknownPayload;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every error of RFC 7296 section 3.10.1, sent and received, with the line that the log has. */
class RfcErrorTest {
  private static final long SECOND = TwoEngines.SECOND;
  private static final List<NotifyType> FATAL =
      List.of(
          NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD,
          NotifyType.INVALID_SYNTAX,
          NotifyType.AUTHENTICATION_FAILED);

  /** A shared cipher refuses the key and IV that the test before it used last. */
  private static long worlds = 15_000_000;

  static Stream<NotifyType> errors() {
    return Stream.of(1, 4, 5, 7, 9, 11, 14, 17, 24, 34, 35, 36, 37, 38, 39, 43, 44, 8000)
        .map(NotifyType::new);
  }

  private static TwoEngines world(int maxChildren) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    EngineConfig c = EngineConfig.defaults(0);
    setup.rightConfig =
        new EngineConfig(
            0,
            c.ports(),
            c.retransmission(),
            c.halfOpen(),
            c.restart(),
            c.natKeepaliveNs(),
            c.busyRetryNs(),
            c.closeNs(),
            maxChildren);
    for (boolean isLeft : List.of(true, false)) {
      TwoEngines.Connection connection = TwoEngines.connection(isLeft);
      connection.children =
          List.of(
              TwoEngines.child(
                  isLeft, "gcm", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16-x25519-esn"));
      if (isLeft) {
        setup.left = List.of(connection.build());
      } else {
        setup.right = List.of(connection.build());
      }
    }
    return new TwoEngines(setup);
  }

  private static TwoEngines up() {
    TwoEngines world = world(256);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    return world;
  }

  /** IDs first, the name of the error, and what else an operator has to know. */
  private static void requireLine(Node node, NotifyType type, String... substance) {
    String form = "WARN ike=\\S+_i \\S+_r conn=branch mid=\\d+ [A-Z_]+: .*" + type + "\\b.*";
    assertThat(node.reports)
        .as("a line about %s", type)
        .anyMatch(r -> r.matches(form) && List.of(substance).stream().allMatch(r::contains));
  }

  /** What the line about a refused offer has to say: the offer. */
  private static String[] offer(NotifyType type, String proposal) {
    return type.equals(NotifyType.NO_PROPOSAL_CHOSEN)
        ? new String[] {"offered [" + proposal + "]"}
        : new String[0];
  }

  private static NotifyPayload notify(NotifyType type) {
    return NotifyPayload.of(type);
  }

  @ParameterizedTest
  @MethodSource("errors")
  @Rfc({"7296-3.10.1-1"})
  void rfc7296_3_10_1_inIkeSaInitItEndsTheAttempt(NotifyType type) throws Malformed {
    TwoEngines world = world(256);
    Forger forger = new Forger(world);
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    IkeSpi initiator = IkeHeader.read(world.sent.getFirst().octets()).spis().initiator();
    Octets error =
        MessageCodec.encode(
            IkeMessage.clear(
                new IkeSpis(initiator, IkeSpi.NONE),
                Exchange.IKE_SA_INIT,
                Role.RESPONDER,
                Direction.RESPONSE,
                new MessageId(0),
                List.of(notify(type))));
    forger.deliver(world.right, error);
    if (type.equals(NotifyType.INVALID_KE_PAYLOAD)) { // names no group: anybody's, not believed
      assertThat(world.left.done).isEmpty();
      assertThat(world.left.counter("init_unusable_group")).isEqualTo(1);
      return;
    }
    assertThat(world.left.done).as("anybody may have sent it: section 2.21.1").isEmpty();
    for (int i = 0; i < 2; i++) {
      world.elapse(4 * TwoEngines.SECOND);
      forger.deliver(world.right, error);
    }
    assertThat(world.left.done.get(1L).ok()).isFalse();
    assertThat(world.left.done.get(1L).message()).contains(type.toString());
    requireLine(world.left, type, offer(type, "aes256gcm16-prfsha384-x25519"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  @Rfc({"7296-3.10.1-1"})
  void rfc7296_2_21_2_aloneInIkeAuthItEndsTheAttempt(NotifyType type) {
    TwoEngines world = world(256);
    new Forger(world).changeNext(world.right, Exchange.IKE_AUTH, _ -> List.of(notify(type)));
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isFalse();
    assertThat(world.left.done.get(1L).message())
        .contains("peer refused")
        .contains(type.toString());
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    requireLine(world.left, type);
  }

  @ParameterizedTest
  @MethodSource("errors")
  @Rfc({"7296-3.10.1-1"})
  void rfc7296_2_21_2_besideAuthItIsAboutTheChildButForThreeOfThem(NotifyType type) {
    TwoEngines world = world(256);
    new Forger(world)
        .changeNext(
            world.right,
            Exchange.IKE_AUTH,
            payloads -> {
              payloads.removeIf(p -> !(p instanceof IdPayload || p instanceof AuthPayload));
              payloads.add(notify(type));
              return payloads;
            });
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isFalse();
    assertThat(world.left.done.get(1L).message()).contains(type.toString());
    requireLine(world.left, type);
    assertThat(world.left.engine.snapshot(world.now)).hasSize(FATAL.contains(type) ? 0 : 1);
    assertThat(world.left.kernel.inbound).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("errors")
  @Rfc({"7296-3.10.1-1", "7296-2.21.3-1"})
  void rfc7296_2_21_3_inCreateChildSaTheRequestHasFailed(NotifyType type) {
    for (Input.Verb verb : List.of(Input.Verb.REKEY_CHILD, Input.Verb.REKEY_IKE, Input.Verb.UP)) {
      TwoEngines world = up();
      if (verb == Input.Verb.UP) {
        world.command(world.left, 3, Input.Verb.DOWN, "gcm");
      }
      Forger forger = new Forger(world);
      forger.changeNext(world.right, Exchange.CREATE_CHILD_SA, _ -> List.of(notify(type)));
      String child = verb == Input.Verb.UP ? "gcm" : "";
      Effect.CommandDone done = world.command(world.left, 2, verb, child);
      boolean ike = verb == Input.Verb.REKEY_IKE;
      String proposal = ike ? "aes256gcm16-prfsha384-x25519" : "aes256gcm16-x25519-esn";
      requireLine(world.left, type, offer(type, proposal));
      if (type.equals(NotifyType.INVALID_SYNTAX)) {
        assertThat(world.left.engine.snapshot(world.now)).as("fatal to both").isEmpty();
        continue;
      }
      assertThat(world.left.engine.snapshot(world.now)).as("%s %s", verb, type).isNotEmpty();
      if (type.equals(NotifyType.TEMPORARY_FAILURE)) {
        assertThat(done).as("not over yet").isNull();
        int since = world.sent.size();
        world.elapse(20 * SECOND);
        assertThat(world.sent.subList(since, world.sent.size()))
            .as("it is tried again")
            .anyMatch(a -> a.from() == world.left && a.octets().at(18) == 36);
        continue;
      }
      assertThat(done.ok()).as("%s %s", verb, type).isFalse();
      assertThat(done.message()).contains(type.toString());
      boolean gone = type.equals(NotifyType.CHILD_SA_NOT_FOUND);
      assertThat(world.left.kernel.inbound.isEmpty())
          .as("%s %s", verb, type)
          .isEqualTo(verb == Input.Verb.UP || verb == Input.Verb.REKEY_CHILD && gone);
    }
  }

  @ParameterizedTest
  @MethodSource("errors")
  @Rfc({"7296-1.4-4"})
  void rfc7296_2_21_2_inAnInformationalOfItsOwnItIsAnswered(NotifyType type) {
    for (boolean ofInitiator : List.of(true, false)) {
      TwoEngines world = up();
      Node from = ofInitiator ? world.left : world.right;
      Node to = ofInitiator ? world.right : world.left;
      Optional<IkeMessage> answer =
          new Forger(world).ask(from, Exchange.INFORMATIONAL, notify(type));
      assertThat(answer.orElseThrow().payloads()).isEmpty();
      requireLine(to, type);
      boolean ends = ofInitiator && FATAL.contains(type);
      assertThat(to.engine.snapshot(world.now)).hasSize(ends ? 0 : 1);
      assertThat(to.kernel.inbound).hasSize(ends ? 0 : 1);
    }
  }

  private static Payload esp(String keywords) {
    return ProposalChoice.offerEsp(
        List.of(ProposalKeywords.parseEsp(keywords, true)),
        Octets.ofHex("c0ffee01"),
        ProposalChoice.KeyExchangeUse.AS_CONFIGURED);
  }

  private static List<Payload> child(String keywords, String tsr, Payload... more) {
    List<Payload> payloads = new ArrayList<>(List.of(more));
    payloads.add(esp(keywords));
    payloads.add(new NoncePayload(Octets.ofHex("11".repeat(32))));
    payloads.add(TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())));
    payloads.add(TsPayload.tsr(List.of(Prefix.parse(tsr).selector())));
    return payloads;
  }

  private static void requireRefusal(
      TwoEngines world, NotifyType type, List<Payload> request, String... substance) {
    IkeMessage answer =
        new Forger(world)
            .ask(world.left, Exchange.CREATE_CHILD_SA, request.toArray(new Payload[0]))
            .orElseThrow();
    assertThat(answer.notifies()).hasSize(1);
    assertThat(answer.error().orElseThrow().type()).isEqualTo(type);
    requireLine(world.right, type, substance);
  }

  @Test
  @Rfc({"7296-3.10.1-4"})
  void rfc7296_3_10_1_whatWeRefuseARequestWith() {
    String fits = "aes256gcm16-x25519-esn";
    String net = "10.2.0.0/16";
    requireRefusal(
        up(),
        NotifyType.NO_PROPOSAL_CHOSEN,
        child("aes128-sha256-noesn", net),
        "offered aes128-sha256-noesn",
        "accepted aes256gcm16");
    requireRefusal( // no KE at all
        up(), NotifyType.INVALID_KE_PAYLOAD, child(fits, net), "key exchange 31 is needed");
    requireRefusal(
        up(),
        NotifyType.TS_UNACCEPTABLE,
        child(fits, "172.16.0.0/12"),
        "172.16.0.0-172.31.255.255",
        "accepted would be gcm");
    requireRefusal(
        up(),
        NotifyType.CHILD_SA_NOT_FOUND,
        child(fits, net, NotifyPayload.ofEsp(NotifyType.REKEY_SA, new EspSpi(0xdead0001))),
        "dead0001");
    TwoEngines full = world(1);
    full.command(full.left, 1, Input.Verb.UP, "");
    requireRefusal(full, NotifyType.NO_ADDITIONAL_SAS, child(fits, net), "there are 1");
    TwoEngines busy = up();
    busy.fate = a -> a.from() == busy.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    busy.right.step(new Input.Command(2, Input.Verb.REKEY_IKE, "branch", Optional.empty()));
    requireRefusal(busy, NotifyType.TEMPORARY_FAILURE, child(fits, net));
  }

  @Test
  @Rfc({"7296-2.5-8"})
  void rfc7296_2_5_whatWeDoNotKnowAndMustIsNamedInTheLog() {
    TwoEngines world = up();
    IkeMessage answer =
        new Forger(world)
            .ask(
                world.left,
                Exchange.INFORMATIONAL,
                new UnknownPayload(201, true, Octets.ofHex("ff")))
            .orElseThrow();
    assertThat(answer.has(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD)).isTrue();
    assertThat(world.right.reports)
        .anyMatch(r -> r.startsWith("WARN") && r.contains("critical payload of unknown type 201"));
  }
}
