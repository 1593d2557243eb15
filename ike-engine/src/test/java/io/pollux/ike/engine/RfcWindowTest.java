package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Message IDs, retransmission and the window: RFC 7296 sections 2.1 to 2.4. */
class RfcWindowTest {
  private final TwoEngines world = new TwoEngines(new TwoEngines.Setup());

  private static IkeHeader header(TwoEngines.Arrow arrow) {
    try {
      return IkeHeader.read(arrow.octets());
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private List<TwoEngines.Arrow> of(Node from, Direction direction, int since) {
    return world.sent.subList(since, world.sent.size()).stream()
        .filter(a -> a.from() == from && header(a).direction() == direction)
        .toList();
  }

  @Test
  @Rfc({
    "7296-2.1-1",
    "7296-2.1-3",
    "7296-2.1-4",
    "7296-2.1-6",
    "7296-2.1-7",
    "7296-2.2-1",
    "7296-2.3-6",
    "7296-2.3-7",
    "6311-4-2"
  })
  void rfc7296_2_1_aRetransmissionIsBitwiseIdenticalAndSoIsItsResponse() {
    world.command(world.left, 1, Input.Verb.UP, "");
    int since = world.sent.size();
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.elapse(30 * TwoEngines.SECOND);
    List<TwoEngines.Arrow> requests = of(world.left, Direction.REQUEST, since);
    List<TwoEngines.Arrow> responses = of(world.right, Direction.RESPONSE, since);
    assertThat(requests).hasSizeGreaterThan(3);
    assertThat(requests.stream().map(TwoEngines.Arrow::octets).distinct()).hasSize(1);
    assertThat(responses.stream().map(TwoEngines.Arrow::octets).distinct()).hasSize(1);
    assertThat(responses)
        .as("a response for each request, and none of itself")
        .hasSameSizeAs(requests);
    assertThat(world.right.only().children()).as("worked on once").hasSize(2);
  }

  @Test
  @Rfc({"7296-2.4-6", "7296-2.4-4"})
  void rfc7296_2_4_theWaitsGrowAndOnlyManyFailuresMeanDeath() {
    world.command(world.left, 1, Input.Verb.UP, "");
    world.fate = _ -> TwoEngines.Fate.DROP;
    List<Long> times = new ArrayList<>();
    world.nat =
        arrow -> {
          times.add(world.now);
          return arrow;
        };
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.elapse(600 * TwoEngines.SECOND);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    EngineConfig.Retransmission config = world.left.config.retransmission();
    int repeated = config.tries();
    for (int i = 2; i < repeated; i++) {
      long wait = times.get(i) - times.get(i - 1);
      long before = times.get(i - 1) - times.get(i - 2);
      assertThat(wait)
          .isGreaterThanOrEqualTo(Math.min(config.maxNs(), before / 100 * config.factorPercent()));
    }
    assertThat(times).hasSizeGreaterThanOrEqualTo(repeated);
  }

  @Test
  @Rfc({"7296-2.3-2", "7296-2.3-4", "7296-2.3-5", "6311-4-1"})
  void rfc7296_2_3_oneRequestAtATime() {
    world.command(world.left, 1, Input.Verb.UP, "");
    int since = world.sent.size();
    world.fate = a -> a.from() == world.right ? TwoEngines.Fate.HOLD : TwoEngines.Fate.PASS;
    for (int i = 2; i < 6; i++) {
      world.left.step(
          new Input.Command(
              i,
              i % 2 == 0 ? Input.Verb.REKEY_CHILD : Input.Verb.REKEY_IKE,
              "branch",
              Optional.empty()));
    }
    world.elapse(5 * TwoEngines.SECOND);
    assertThat(
            of(world.left, Direction.REQUEST, since).stream()
                .map(a -> header(a).messageId())
                .distinct())
        .hasSize(1);
  }

  @Test
  @Rfc({"7296-2.3-3"})
  void rfc7296_2_3_aRequestIsWorkedOnWhileOneIsOutstanding() {
    world.command(world.left, 1, Input.Verb.UP, "");
    world.fate = a -> a.from() == world.left ? TwoEngines.Fate.HOLD : TwoEngines.Fate.PASS;
    world.left.step(new Input.Command(2, Input.Verb.DOWN, "branch", Optional.of("gcm")));
    world.settle();
    world.fate = _ -> TwoEngines.Fate.PASS;
    int since = world.sent.size();
    world.command(world.right, 2, Input.Verb.REKEY_IKE, "");
    assertThat(of(world.right, Direction.REQUEST, since)).isNotEmpty();
    assertThat(of(world.left, Direction.RESPONSE, since)).isNotEmpty();
  }

  @Test
  @Rfc({
    "7296-3.1-4",
    "7296-3.1-7",
    "7296-3.1-9",
    "7296-3.1-10",
    "7296-3.1-12",
    "7296-3.1-13",
    "7296-3.1-2",
    "7296-3.1-3",
    "7296-2.5-4",
    "7296-2.5-6"
  })
  void rfc7296_3_1_everyHeaderThatIsSent() throws Malformed {
    TwoEngines life = new TwoEngines(Life.setup());
    Life.live(life);
    Map<Long, Node> initiators = new LinkedHashMap<>();
    for (TwoEngines.Arrow arrow : life.sent) {
      Octets octets = arrow.octets();
      IkeHeader header = IkeHeader.read(octets);
      assertThat(octets.at(17)).as("major and minor version").isEqualTo(0x20);
      assertThat(octets.at(19) & ~0x28).as("flags but R and I").isZero();
      assertThat(header.spis().initiator().value()).isNotZero();
      boolean first =
          header.exchangeType() == Exchange.IKE_SA_INIT.number()
              && header.direction() == Direction.REQUEST;
      assertThat(header.spis().responder().value() == 0).as("zero in the first").isEqualTo(first);
      if (first) {
        initiators.put(header.spis().initiator().value(), arrow.from());
        assertThat(header.messageId().value()).isZero();
      }
      Node initiator = initiators.get(header.spis().initiator().value());
      if (initiator != null) {
        boolean flag = (octets.at(19) & 0x08) != 0;
        assertThat(flag).as("I of the original initiator").isEqualTo(arrow.from() == initiator);
      }
    }
  }

  @Test
  @Rfc({"7296-2.18-3", "7296-2.8-3", "7296-2.6-1"})
  void rfc7296_2_18_aRekeyedIkeSaCountsFromZeroAndTheOldOneEndsWithItsDelete() {
    world.command(world.left, 1, Input.Verb.UP, "");
    Forger forger = new Forger(world);
    var old = world.left.only().spis();
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.command(world.left, 3, Input.Verb.REKEY_IKE, "");
    int since = world.sent.size();
    var fresh = world.left.only().spis();
    assertThat(fresh.initiator()).isNotEqualTo(old.initiator());
    assertThat(fresh.responder()).isNotEqualTo(old.responder());
    world.command(world.left, 4, Input.Verb.REKEY_CHILD, "");
    world.command(world.right, 4, Input.Verb.REKEY_CHILD, "");
    assertThat(header(of(world.left, Direction.REQUEST, since).getFirst()).messageId().value())
        .isZero();
    assertThat(header(of(world.right, Direction.REQUEST, since).getFirst()).messageId().value())
        .isZero();
    var last =
        forger.readAll().stream()
            .filter(m -> m.spis().equals(old) && m.direction() == Direction.REQUEST)
            .toList()
            .getLast();
    assertThat(last.exchange()).isEqualTo(Exchange.INFORMATIONAL);
    assertThat(last.all(io.pollux.ike.payload.DeletePayload.class).getFirst().protocolId())
        .isEqualTo(1);
  }

  @Test
  @Rfc({"7296-2.10-1", "7296-3.9-1", "7296-3.9-2", "6989-2.2-3", "7296-2.18-1"})
  void rfc7296_2_10_noNonceAndNoKeyShareIsUsedTwice() {
    TwoEngines life = new TwoEngines(Life.setup());
    Forger forger = new Forger(life);
    Life.live(life);
    Set<Octets> nonces = new LinkedHashSet<>();
    Set<Octets> shares = new LinkedHashSet<>();
    int messages = 0;
    for (var message : forger.readAll()) {
      for (var nonce : message.all(io.pollux.ike.payload.NoncePayload.class)) {
        messages++;
        assertThat(nonce.nonce().length()).isBetween(24, 256); // half of PRF_HMAC_SHA2_384's key
        assertThat(nonces.add(nonce.nonce())).as("a nonce again").isTrue();
      }
      for (var ke : message.all(io.pollux.ike.payload.KePayload.class)) {
        assertThat(shares.add(ke.data())).as("a public value again").isTrue();
      }
    }
    assertThat(messages).isGreaterThan(10);
    assertThat(shares).hasSizeGreaterThan(5);
  }
}
