package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Strangers neither end nor slow down what two gateways do, and shout at nobody through us. */
class StrangersInTheWayTest {
  private static final Endpoint LEFT = new Endpoint(TwoEngines.LEFT, 500);
  private static final Endpoint RIGHT = new Endpoint(TwoEngines.RIGHT, 500);

  /** A shared cipher refuses the key and IV that the test before it used last. */
  private static long worlds = 1800;

  private static TwoEngines.Setup setup() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = ++worlds * 10_000;
    return setup;
  }

  /** The first message of the gateway on the right, as a stranger can make it. */
  private static Octets strangersInit() {
    TwoEngines.Setup setup = setup();
    setup.right = List.of(TwoEngines.connection(false).build());
    TwoEngines other = new TwoEngines(setup);
    other.fate = _ -> TwoEngines.Fate.DROP;
    other.command(other.right, 1, Input.Verb.UP, "");
    return other.sent.getFirst().octets();
  }

  private static TwoEngines.Setup starting() {
    TwoEngines.Setup setup = setup();
    TwoEngines.Connection left = TwoEngines.connection(true);
    ChildPolicy gcm = left.children.getFirst();
    left.children =
        List.of(
            new ChildPolicy(
                gcm.name(),
                gcm.localTs(),
                gcm.remoteTs(),
                gcm.proposals(),
                gcm.rekey(),
                ChildPolicy.StartAction.START,
                gcm.replayWindow()));
    setup.left = List.of(left.build());
    return setup;
  }

  @Test
  @Rfc({"7296-2.4-4"})
  void rfc7296_2_4_aStrangersHalfOpenSaDoesNotHideThatOursHasFailed() {
    TwoEngines world = new TwoEngines(setup());
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    Octets init = strangersInit();
    int spi = 0;
    while (!world.left.done.containsKey(1L) && spi < 100) {
      world.left.receive(LEFT, RIGHT, StrangersTest.withSpi(init, ++spi)); // one always stands
      world.elapse(10 * TwoEngines.SECOND);
    }
    assertThat(world.left.done).containsKey(1L);
    assertThat(world.left.done.get(1L).ok()).isFalse();
    assertThat(world.left.engine.statistics().halfOpen()).isPositive();
  }

  @Test
  @Rfc({"7296-2.4-4"})
  void rfc7296_2_4_aStrangersHalfOpenSaDoesNotKeepUsFromTryingAgain() {
    TwoEngines world = new TwoEngines(starting());
    world.fate = _ -> TwoEngines.Fate.DROP;
    Octets init = strangersInit();
    for (int spi = 1; spi < 40; spi++) {
      world.left.receive(LEFT, RIGHT, StrangersTest.withSpi(init, spi));
      world.elapse(10 * TwoEngines.SECOND);
    }
    assertThat(
            world.sent.stream()
                .filter(a -> a.from() == world.left && a.octets().at(19) == 0x08)
                .map(a -> a.octets().slice(0, 8))
                .distinct())
        .as("attempts of our own")
        .hasSizeGreaterThan(1);
  }

  @Test
  void rfc7296_2_4_aStrangersTimeoutIsNoFailureOfOurs() {
    TwoEngines.Setup setup = starting();
    EngineConfig c = setup.leftConfig;
    setup.leftConfig =
        new EngineConfig(
            0,
            c.ports(),
            c.retransmission(),
            c.halfOpen(),
            new EngineConfig.Backoff(900 * TwoEngines.SECOND, 2000 * TwoEngines.SECOND),
            c.natKeepaliveNs(),
            c.busyRetryNs(),
            c.closeNs(),
            c.maxChildren());
    TwoEngines world = new TwoEngines(setup);
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.elapse(200 * TwoEngines.SECOND);
    ChildDown before = world.left.engine.down().getFirst();
    assertThat(before.failures()).isEqualTo(1);
    assertThat(before.nextTryNs()).isPresent();
    Octets init = strangersInit();
    for (int spi = 1; spi < 5; spi++) {
      world.left.receive(LEFT, RIGHT, StrangersTest.withSpi(init, spi));
    }
    world.elapse(31 * TwoEngines.SECOND);
    assertThat(world.left.counter("closed_failed")).isEqualTo(4);
    assertThat(world.left.engine.down().getFirst()).isEqualTo(before);
  }

  @Test
  void rfc7296_2_4_aStrangersHalfOpenSaDoesNotKeepUsUp() {
    TwoEngines world = new TwoEngines(setup());
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    world.left.step(new Input.Command(2, Input.Verb.DOWN, "branch", Optional.empty()));
    world.left.receive(LEFT, RIGHT, StrangersTest.withSpi(strangersInit(), 1));
    world.settle();
    assertThat(world.left.engine.statistics().halfOpen()).isEqualTo(1);
    assertThat(world.left.done.get(2L).ok()).isTrue();
  }

  private static Octets error(Octets request, NotifyType type) {
    IkeSpi initiator = new IkeSpi(ByteBuffer.wrap(request.toArray()).getLong());
    return MessageCodec.encode(
        IkeMessage.clear(
            new IkeSpis(initiator, IkeSpi.NONE),
            Exchange.IKE_SA_INIT,
            Role.RESPONDER,
            Direction.RESPONSE,
            new MessageId(0),
            List.of(NotifyPayload.of(type))));
  }

  @Test
  @Rfc({"7296-2.4-4"})
  void rfc7296_2_21_1_aForgedErrorDoesNotEndTheAttempt() {
    TwoEngines world = new TwoEngines(setup());
    world.fate = a -> a.from() == world.left ? TwoEngines.Fate.PASS : TwoEngines.Fate.HOLD;
    world.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    Octets request = world.sent.getFirst().octets();
    for (NotifyType type :
        List.of(NotifyType.NO_PROPOSAL_CHOSEN, NotifyType.INVALID_SYNTAX, new NotifyType(99))) {
      world.left.receive(LEFT, RIGHT, error(request, type));
    }
    assertThat(world.left.done).isEmpty();
    world.settle();
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.held.forEach(world.wire::add);
    world.settle();
    assertThat(world.left.done.get(1L).ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  void rfc7296_2_21_1_anErrorThatStaysIsTheStory() {
    TwoEngines.Setup setup = setup();
    TwoEngines.Connection right = TwoEngines.connection(false);
    right.proposals = "aes128-sha256-modp2048";
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "")).isNull();
    world.elapse(6 * TwoEngines.SECOND);
    assertThat(world.left.done.get(1L).ok()).isFalse();
    assertThat(world.left.done.get(1L).message()).contains("NO_PROPOSAL_CHOSEN");
    assertThat(world.sent).hasSize(6);
  }

  private static CertificateWorld manyAuthorities() {
    CertificateWorld pair = new CertificateWorld();
    List<Octets> all =
        IntStream.range(0, 16).mapToObj(i -> TestPki.ca("CN=Root " + i, "p256").der()).toList();
    pair.right.auth =
        new AuthPolicy(
            pair.right.auth.local(),
            new AuthPolicy.Remote.Certificate(
                new TrustPolicy(all, Revocation.RELAXED, false), SignatureScheme.standard()));
    return pair;
  }

  /** The shortest first message that is complete; and one with {@code cookie} before it. */
  private static Octets shortest(Octets init, Optional<NotifyPayload> cookie) throws Malformed {
    IkeMessage message = ((Decoded.Clear) MessageCodec.decode(init)).message();
    List<Payload> payloads = new ArrayList<>();
    cookie.ifPresent(payloads::add);
    message.payloads().stream().filter(p -> !(p instanceof NotifyPayload)).forEach(payloads::add);
    return MessageCodec.encode(
        IkeMessage.clear(
            message.spis(),
            Exchange.IKE_SA_INIT,
            Role.INITIATOR,
            Direction.REQUEST,
            new MessageId(0),
            payloads));
  }

  @Test
  @Rfc({"7296-2.4-5"})
  void rfc7296_2_6_aLongAnswerToAShortRequestNeedsACookie() throws Malformed {
    TwoEngines world = manyAuthorities().world();
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    Octets init = world.sent.getFirst().octets();
    Octets request = shortest(init, Optional.empty());
    world.right.receive(RIGHT, LEFT, request);
    Octets answer = world.sent.getLast().octets();
    assertThat(answer.length()).isLessThan(request.length());
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
    NotifyPayload cookie =
        ((Decoded.Clear) MessageCodec.decode(answer)).message().first(NotifyType.COOKIE).get();
    world.right.receive(RIGHT, LEFT, shortest(init, Optional.of(cookie)));
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(1);
    assertThat(world.sent.getLast().octets().length()).isGreaterThan(3 * request.length());
  }

  @Test
  @Rfc({"7296-2.4-5"})
  void rfc7296_2_1_theAnswerToTheFirstMessageIsNotRepeatedForEver() {
    TwoEngines world = new TwoEngines(setup());
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    Octets request = world.sent.getFirst().octets();
    world.sent.clear();
    for (int i = 0; i < 100; i++) {
      world.right.receive(RIGHT, LEFT, request);
    }
    assertThat(world.sent).hasSize(9);
    int octets = world.sent.stream().mapToInt(a -> a.octets().length()).sum();
    assertThat(octets).isLessThan(100 * request.length() / 5);
    assertThat(world.right.counter("responses_not_repeated")).isEqualTo(91);
  }

  /** Secrets that depend on the connection and may become others. */
  private static final class Secrets implements PskLookup {
    private boolean wrong = true;

    @Override
    public Optional<Secret> find(String connection, Identity local, Identity peer) {
      String secret = wrong && !connection.equals("good") ? "wrong" : "a shared secret";
      return Optional.of(Secret.owning(secret.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  private static TwoEngines.Connection named(boolean left, String name) {
    TwoEngines.Connection connection = TwoEngines.connection(left);
    connection.name = name;
    connection.localId = TwoEngines.fqdn((left ? "left." : "right.") + name);
    connection.remoteId = Optional.of(TwoEngines.fqdn((left ? "right." : "left.") + name));
    return connection;
  }

  private static void up(TwoEngines world, long id, String connection) {
    world.left.step(new Input.Command(id, Input.Verb.UP, connection, Optional.empty()));
    world.settle();
  }

  @Test
  void rfc7296_2_6_whoFailsAgainAndAgainHasToWaitABit() {
    TwoEngines.Setup setup = setup();
    Secrets secrets = new Secrets();
    setup.leftPsk = secrets;
    TwoEngines world = new TwoEngines(setup);
    for (long i = 1; i <= 5; i++) {
      up(world, i, "branch");
      assertThat(world.left.done.get(i).ok()).isFalse();
    }
    assertThat(world.right.counter("init_held")).isZero();
    secrets.wrong = false;
    up(world, 6, "branch");
    assertThat(world.right.counter("init_held")).isEqualTo(1);
    assertThat(world.left.done).doesNotContainKey(6L);
    world.elapse(3 * TwoEngines.SECOND); // its retransmission gets through
    assertThat(world.left.done.get(6L).ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  void rfc7296_2_6_whereSomebodyIsUpNobodyHasToWait() {
    TwoEngines.Setup setup = setup();
    setup.leftPsk = new Secrets();
    setup.left = List.of(named(true, "good").build(), named(true, "bad").build());
    setup.right = List.of(named(false, "good").build(), named(false, "bad").build());
    TwoEngines world = new TwoEngines(setup);
    for (long i = 1; i <= 5; i++) {
      up(world, i, "bad");
    }
    world.elapse(2 * TwoEngines.SECOND);
    up(world, 6, "good");
    assertThat(world.left.done.get(6L).ok()).isTrue();
    for (long i = 11; i <= 30; i++) {
      up(world, i, "bad");
      assertThat(world.left.done.get(i).ok()).isFalse();
    }
    assertThat(world.right.counter("init_held")).isZero();
    assertThat(world.right.counter("auth_failed")).isEqualTo(25);
  }

  @Test
  void rfc7296_2_6_theHoldGrowsAndStaysShort() {
    AuthFailures failures = new AuthFailures();
    Network one = Network.of(TwoEngines.LEFT);
    long now = 0;
    for (int i = 1; i < 5; i++) {
      failures.failed(one, now);
      assertThat(failures.isHeld(one, now)).isFalse();
    }
    for (long seconds : new long[] {1, 2, 4, 4, 4}) {
      now += 5 * TwoEngines.SECOND;
      failures.failed(one, now);
      assertThat(failures.isHeld(one, now + seconds * TwoEngines.SECOND - 1)).isTrue();
      assertThat(failures.isHeld(one, now + seconds * TwoEngines.SECOND)).isFalse();
      assertThat(failures.isHeld(Network.of(TwoEngines.RIGHT), now)).isFalse();
    }
    failures.failed(one, now + 60 * TwoEngines.SECOND); // long enough ago: the first one again
    assertThat(failures.isHeld(one, now + 60 * TwoEngines.SECOND)).isFalse();
  }

  @Test
  void rfc7296_2_6_oneIpv6HostIsOneStrangerWhateverItsAddress() {
    TwoEngines.Setup setup = setup();
    setup.rightConfig = StrangersTest.limits(1000, 100, 5);
    InetAddress local = InetAddress.ofLiteral("2001:db8:1::20");
    TwoEngines.Connection right = TwoEngines.connection(false);
    right.local = local;
    right.remote = Optional.empty();
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.left.step(new Input.Command(1, Input.Verb.UP, "branch", Optional.empty()));
    Octets first = world.sent.getFirst().octets();
    Endpoint here = new Endpoint(local, 500);
    for (int i = 1; i <= 50; i++) {
      Endpoint peer = new Endpoint(InetAddress.ofLiteral("2001:db8:2:3::" + i), 500);
      world.right.receive(here, peer, StrangersTest.withSpi(first, i));
    }
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(5);
    Endpoint other = new Endpoint(InetAddress.ofLiteral("2001:db8:2:4::1"), 500);
    world.right.receive(here, other, StrangersTest.withSpi(first, 51));
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(6);
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
  }

  @Test
  @Rfc({"7296-2.1-2"})
  void rfc7296_2_1_whoFindsNobodyToLookAtItsProofComesAgain() {
    CertificateWorld pair = new CertificateWorld();
    BusyProver busy = new BusyProver(pair.setup.rightProver, 3);
    pair.setup.rightProver = busy;
    TwoEngines world = pair.world();
    assertThat(world.command(world.left, 1, Input.Verb.UP, "")).isNull();
    assertThat(world.right.counter("auth_failed")).isZero();
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.left.done.get(1L).ok()).isTrue();
    assertThat(world.right.counter("proofs_postponed")).isEqualTo(3);
    assertThat(busy.left).isZero();
    world.requireTraffic("gcm");
  }

  @Test
  void rfc7296_2_1_theInitiatorAsksForTheProofAgainIfNobodyHadTime() {
    CertificateWorld pair = new CertificateWorld();
    BusyProver busy = new BusyProver(pair.setup.leftProver, 2);
    busy.signs = true; // it has nothing to repeat before it has signed
    pair.setup.leftProver = busy;
    TwoEngines world = pair.world();
    assertThat(world.command(world.left, 1, Input.Verb.UP, "")).isNull();
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.left.done.get(1L).ok()).isTrue();
    assertThat(world.left.counter("proofs_postponed")).isEqualTo(2);
    world.requireTraffic("gcm");
  }

  /** Has no time for the first few. */
  private static final class BusyProver extends Prover {
    private int left;
    private boolean signs;

    BusyProver(Prover able, int times) {
      keys.putAll(able.keys);
      left = times;
    }

    @Override
    Input sign(Effect.Sign effect) {
      return !signs && left-- > 0 ? new Input.Postponed(effect.id()) : again(super.sign(effect));
    }

    @Override
    Input validate(Effect.ValidateChain effect) {
      return left-- > 0 ? new Input.Postponed(effect.id()) : again(super.validate(effect));
    }

    private Input again(Input input) {
      left = Math.max(left, 0);
      return input;
    }
  }
}
