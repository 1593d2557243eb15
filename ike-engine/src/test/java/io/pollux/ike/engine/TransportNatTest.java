package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Transport mode through NATs, RFC 7296 section 2.23.1: its picture, with the client on the left.
 *
 * <pre>
 *   left IP1 = 192.0.2.1 -- IPN1 = 198.51.100.1 ... IPN2 = 198.51.100.2 -- right IP2 = 203.0.113.20
 * </pre>
 */
class TransportNatTest {
  private static final RekeyPolicy NEVER = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
  private static final InetAddress IPN1 = InetAddress.ofLiteral("198.51.100.1");
  private static final InetAddress IPN2 = InetAddress.ofLiteral("198.51.100.2");
  private static final int MAPPED = 10_000;
  private static long worlds = 21_000_000;

  /** Who is behind one. */
  private enum Nat {
    CLIENT,
    SERVER,
    BOTH;

    /** The client as the server sees it. */
    InetAddress client() {
      return this == SERVER ? TwoEngines.LEFT : IPN1;
    }

    /** The server as the client knows it. */
    InetAddress server() {
      return this == CLIENT ? TwoEngines.RIGHT : IPN2;
    }
  }

  private InetAddress outside;
  private TwoEngines world;

  private static ChildPolicy child(String local, String remote, boolean transport) {
    ChildPolicy c =
        TwoEngines.child(
            "gcm", local, remote, "aes256gcm16-esn", NEVER, ChildPolicy.StartAction.NONE);
    return new ChildPolicy(
        "gcm", c.localTs(), c.remoteTs(), c.proposals(), NEVER, c.start(), 1024, transport, false);
  }

  private static ChildPolicy transport(InetAddress local, InetAddress remote) {
    return child(local.getHostAddress(), remote.getHostAddress(), true);
  }

  /** The server takes the client from anywhere, and these children. */
  private void build(Nat nat, ChildPolicy... server) {
    TwoEngines.Connection left = TwoEngines.connection(true);
    left.remote = Optional.of(nat.server());
    left.children = List.of(transport(TwoEngines.LEFT, nat.server()));
    TwoEngines.Connection right = TwoEngines.connection(false);
    right.remote = Optional.empty();
    right.children = List.of(server);
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    world = new TwoEngines(setup);
    outside = nat.client();
    world.nat = arrow -> arrow.from() == world.left ? towards(nat, arrow) : back(nat, arrow);
  }

  private TwoEngines.Arrow towards(Nat nat, TwoEngines.Arrow a) {
    boolean mapped = nat != Nat.SERVER;
    Endpoint source = mapped ? new Endpoint(outside, MAPPED + a.source().port()) : a.source();
    Endpoint destination = new Endpoint(TwoEngines.RIGHT, a.destination().port());
    return new TwoEngines.Arrow(a.number(), a.from(), source, destination, a.octets());
  }

  private static TwoEngines.Arrow back(Nat nat, TwoEngines.Arrow a) {
    int port = a.destination().port() - (nat != Nat.SERVER ? MAPPED : 0);
    return new TwoEngines.Arrow(
        a.number(),
        a.from(),
        new Endpoint(nat.server(), a.source().port()),
        new Endpoint(TwoEngines.LEFT, port),
        a.octets());
  }

  private void up(boolean ok) {
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done).as("%s %s", world.left.reports, world.right.reports).isNotNull();
    assertThat(done.ok()).as("%s %s", world.left.reports, world.right.reports).isEqualTo(ok);
  }

  private static List<TrafficSelector> at(InetAddress address) {
    return List.of(new TrafficSelector(address, address, 0, 0, 65_535));
  }

  /** Each side has the SAs with the addresses that it sees itself, and the keys of the other. */
  private void requireTraffic(Nat nat) {
    ChildSaSnapshot client = only(world.left);
    ChildSaSnapshot server = only(world.right);
    assertThat(client.localTs()).isEqualTo(at(TwoEngines.LEFT));
    assertThat(client.remoteTs()).isEqualTo(at(nat.server()));
    assertThat(server.localTs()).isEqualTo(at(TwoEngines.RIGHT));
    assertThat(server.remoteTs()).isEqualTo(at(outside));
    for (ChildSaSnapshot child : List.of(client, server)) {
      assertThat(child.transport()).isTrue();
      assertThat(child.udpEncap()).isTrue();
      assertThat(child.local().address()).isEqualTo(child.localTs().getFirst().from());
      assertThat(child.peer().address()).isEqualTo(child.remoteTs().getFirst().from());
    }
    assertThat(client.outboundSpi()).isEqualTo(server.inboundSpi());
    assertThat(server.outboundSpi()).isEqualTo(client.inboundSpi());
    assertThat(client.keys().outboundEncryption()).isEqualTo(server.keys().inboundEncryption());
  }

  private static ChildSaSnapshot only(Node node) {
    assertThat(node.kernel.policies).hasSize(1);
    List<ChildSaSnapshot> sending = node.kernel.sending("gcm");
    assertThat(sending).hasSize(1);
    return sending.getFirst();
  }

  @ParameterizedTest
  @EnumSource
  @Rfc({"7296-2.23-10", "7296-2.23.1-1", "7296-2.23.1-2", "7296-2.23.1-3"})
  void rfc7296_2_23_1_eachSideOffersItsAddressesAndUsesThoseItSees(Nat nat) {
    build(nat, transport(TwoEngines.RIGHT, nat.client()));
    up(true);
    requireTraffic(nat);
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    requireTraffic(nat);
    assertThat(world.command(world.right, 3, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    requireTraffic(nat);
    world.left.takeOver();
    world.right.takeOver();
    assertThat(world.command(world.right, 4, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    assertThat(world.command(world.left, 5, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    requireTraffic(nat);
    Forger forger = new Forger(world);
    assertThat(world.command(world.left, 6, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    requireOfferedByTheirOwn(forger, TwoEngines.LEFT, nat.server());
    assertThat(world.command(world.right, 7, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    requireOfferedByTheirOwn(forger, TwoEngines.RIGHT, nat.client());
  }

  /** The last CREATE_CHILD_SA request names one address of each side, as its sender knows them. */
  private void requireOfferedByTheirOwn(Forger forger, InetAddress own, InetAddress other) {
    List<IkeMessage> requests =
        forger.readAll().stream()
            .filter(m -> m.exchange() == Exchange.CREATE_CHILD_SA)
            .filter(m -> m.direction() == io.pollux.ike.message.Direction.REQUEST)
            .filter(m -> m.has(NotifyType.USE_TRANSPORT_MODE))
            .toList();
    IkeMessage last = requests.getLast();
    assertThat(selectors(last, PayloadType.TSI)).isEqualTo(at(own));
    assertThat(selectors(last, PayloadType.TSR)).isEqualTo(at(other));
  }

  private static List<TrafficSelector> selectors(IkeMessage message, PayloadType type) {
    return message.first(TsPayload.class, type.number()).orElseThrow().selectors();
  }

  /** The server's policy for anybody: narrowed to the address that the client is seen with. */
  @Test
  void rfc7296_2_23_1_aPolicyForAnyAddressIsNarrowedToThatOfTheIkeSa() {
    build(Nat.CLIENT, child("203.0.113.20", "0.0.0.0/0", true));
    up(true);
    requireTraffic(Nat.CLIENT);
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    requireTraffic(Nat.CLIENT);
  }

  /** A new mapping: the selectors go with the addresses, on the node that takes over too. */
  @Test
  void rfc7296_2_23_1_theSelectorsFollowANewMapping() {
    build(Nat.CLIENT, child("203.0.113.20", "0.0.0.0/0", true));
    up(true);
    outside = InetAddress.ofLiteral("198.51.100.77");
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    requireTraffic(Nat.CLIENT);
    world.right.takeOver();
    assertThat(world.command(world.right, 3, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    requireTraffic(Nat.CLIENT);
  }

  /** Nothing matches transport mode: the same selectors, as they came, may be a tunnel's. */
  @Test
  void rfc7296_2_23_1_theServerFallsBackToTunnelModeWithTheOriginalAddresses() {
    build(Nat.CLIENT, child("203.0.113.20", "192.0.2.1", false));
    up(false);
    world.settle();
    assertThat(world.left.reports).anyMatch(r -> r.contains("peer declined transport mode"));
    assertThat(world.right.reports)
        .anyMatch(r -> r.contains("[203.0.113.20] <-> [192.0.2.1]") && r.contains("up"));
    assertThat(world.left.kernel.inbound).isEmpty();
    assertThat(world.right.kernel.inbound).as("the client has deleted it").isEmpty();
  }

  @Test
  @Rfc({"7296-2.23-10", "7296-2.23.1-1"})
  void rfc7296_2_23_1_severalAddressesAreRefused() {
    build(Nat.CLIENT, child("203.0.113.20", "0.0.0.0/0", true));
    up(true);
    Octets two = Octets.ofHex("c0ffee01");
    Forger forger = new Forger(world);
    List<Payload> request =
        new ArrayList<>(
            List.of(
                NotifyPayload.of(NotifyType.USE_TRANSPORT_MODE),
                ProposalChoice.offerEsp(
                    List.of(ProposalKeywords.parseEsp("aes256gcm16-esn", true)),
                    two,
                    ProposalChoice.KeyExchangeUse.AS_CONFIGURED),
                new NoncePayload(Octets.ofHex("11".repeat(32)))));
    request.add(TsPayload.tsi(List.of(Prefix.parse("192.0.2.0/31").selector())));
    request.add(TsPayload.tsr(at(TwoEngines.RIGHT)));
    long id = world.right.only().window().nextPeer().value();
    Octets octets =
        forger.seal(
            world.left,
            Exchange.CREATE_CHILD_SA,
            io.pollux.ike.message.Direction.REQUEST,
            id,
            request);
    int before = world.sent.size();
    world.right.receive(world.right.only().local(), world.right.only().peer(), octets);
    IkeMessage answer = forger.read(world.sent.get(before).octets()).orElseThrow();
    assertThat(answer.has(NotifyType.TS_UNACCEPTABLE)).isTrue();
    assertThat(world.right.reports).anyMatch(r -> r.contains("one address of each side"));
    assertThat(world.right.kernel.inbound).hasSize(1);
  }

  /** An answer with other addresses than the two of the IKE SA is none. */
  @Test
  @Rfc({"7296-2.23.1-3"})
  void rfc7296_2_23_1_anAnswerForAnotherHostIsRefused() {
    build(Nat.SERVER, transport(TwoEngines.RIGHT, TwoEngines.LEFT));
    up(true);
    Forger forger = new Forger(world);
    ChildSaSnapshot before = only(world.left);
    var through = world.nat;
    forger.answerNext(
        world.right,
        NotifyPayload.of(NotifyType.USE_TRANSPORT_MODE),
        ProposalChoice.offerEsp(
            List.of(ProposalKeywords.parseEsp("aes256gcm16-esn", true)),
            Octets.ofHex("c0ffee01"),
            ProposalChoice.KeyExchangeUse.AS_CONFIGURED),
        new NoncePayload(Octets.ofHex("11".repeat(32))),
        TsPayload.tsi(at(InetAddress.ofLiteral("192.0.2.99"))), // not behind a NAT: to be ours
        TsPayload.tsr(at(TwoEngines.RIGHT)));
    var forged = world.nat;
    world.nat = arrow -> through.apply(forged.apply(arrow));
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isFalse();
    assertThat(world.left.reports).anyMatch(r -> r.contains("widens the selectors"));
    assertThat(only(world.left)).isEqualTo(before);
  }
}
