package io.pollux.ike.engine;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.EspProposal;
import io.pollux.ike.policy.IkeProposal;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.ReauthPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Two gateways and a list as the network between them. Time is a number; what happens to each arrow
 * is the test's decision.
 */
final class TwoEngines {
  static final long SECOND = 1_000_000_000L;
  static final InetAddress LEFT = InetAddress.ofLiteral("192.0.2.1");
  static final InetAddress RIGHT = InetAddress.ofLiteral("203.0.113.20");

  long now = 1_000_000;
  final List<Arrow> sent = new ArrayList<>();
  final Deque<Arrow> wire = new ArrayDeque<>();
  final List<Arrow> held = new ArrayList<>();
  Function<Arrow, Fate> fate = _ -> Fate.PASS;
  Function<Arrow, Arrow> nat = arrow -> arrow;
  Runnable afterStep = () -> {};
  final Node left;
  final Node right;

  /** One datagram on its way. */
  record Arrow(int number, Node from, Endpoint source, Endpoint destination, Octets octets) {}

  /** What becomes of it. */
  enum Fate {
    PASS,
    DROP,
    TWICE,
    HOLD
  }

  TwoEngines(Setup setup) {
    left =
        new Node(
            this, "left", setup.seed + setup.leftSeed, setup.leftConfig, setup.leftPsk, setup.left);
    right =
        new Node(
            this,
            "right",
            setup.seed + setup.rightSeed,
            setup.rightConfig,
            setup.rightPsk,
            setup.right);
    left.prover = setup.leftProver;
    right.prover = setup.rightProver;
    left.promote(List.of());
    right.promote(List.of());
  }

  /** What the two gateways are told; the tests change parts of it. */
  static final class Setup {
    EngineConfig leftConfig = EngineConfig.defaults(0);
    EngineConfig rightConfig = EngineConfig.defaults(0);
    long leftSeed = 1;
    long rightSeed = 2;
    PskLookup leftPsk = psk("a shared secret");
    PskLookup rightPsk = psk("a shared secret");
    long seed;
    Prover leftProver = new Prover();
    Prover rightProver = new Prover();
    List<ConnectionPolicy> left = List.of(connection(true).build());
    List<ConnectionPolicy> right = List.of(connection(false).build());
  }

  static PskLookup psk(String secret) {
    return (_, _, _) -> Optional.of(Secret.owning(secret.getBytes(StandardCharsets.US_ASCII)));
  }

  static Connection connection(boolean isLeft) {
    Connection c = new Connection();
    c.local = isLeft ? LEFT : RIGHT;
    c.remote = Optional.of(isLeft ? RIGHT : LEFT);
    c.localId = fqdn(isLeft ? "left.example" : "right.example");
    c.remoteId = Optional.of(fqdn(isLeft ? "right.example" : "left.example"));
    c.children = List.of(child(isLeft, "gcm", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16-esn"));
    return c;
  }

  /** A connection in the making. */
  static final class Connection {
    String name = "branch";
    InetAddress local;
    Optional<InetAddress> remote;
    Identity localId;
    Optional<Identity> remoteId;
    String proposals = "aes256gcm16-prfsha384-x25519";
    RekeyPolicy rekey = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
    long livenessNs;
    boolean forceUdpEncap;
    List<ChildPolicy> children;
    AuthPolicy auth = AuthPolicy.PSK;
    ReauthPolicy reauth = ReauthPolicy.NEVER;

    ConnectionPolicy build() {
      return new ConnectionPolicy(
          name,
          local,
          remote,
          localId,
          remoteId,
          ike(proposals),
          rekey,
          livenessNs,
          forceUdpEncap,
          children,
          auth,
          reauth);
    }
  }

  static List<IkeProposal> ike(String keywords) {
    return List.of(keywords.split(",")).stream()
        .map(w -> ProposalKeywords.parseIke(w, true))
        .toList();
  }

  static ChildPolicy child(
      boolean isLeft, String name, String leftNet, String rightNet, String proposals) {
    return child(
        name,
        isLeft ? leftNet : rightNet,
        isLeft ? rightNet : leftNet,
        proposals,
        new RekeyPolicy(0, 0, 0, 0, 0, 0, 0),
        ChildPolicy.StartAction.NONE);
  }

  static ChildPolicy child(
      String name,
      String localNet,
      String remoteNet,
      String proposals,
      RekeyPolicy rekey,
      ChildPolicy.StartAction start) {
    List<EspProposal> esp =
        List.of(proposals.split(",")).stream()
            .map(w -> ProposalKeywords.parseEsp(w, true))
            .toList();
    return new ChildPolicy(
        name, selectors(localNet), selectors(remoteNet), esp, rekey, start, 1024);
  }

  static List<TrafficSelector> selectors(String nets) {
    return List.of(nets.split(",")).stream().map(n -> Prefix.parse(n).selector()).toList();
  }

  static Identity fqdn(String name) {
    return new Identity(2, Octets.of(name.getBytes(StandardCharsets.US_ASCII)));
  }

  void send(Node from, Endpoint source, Endpoint destination, Octets octets) {
    Arrow arrow = nat.apply(new Arrow(sent.size(), from, source, destination, octets));
    sent.add(arrow);
    switch (fate.apply(arrow)) {
      case PASS -> wire.add(arrow);
      case DROP -> {}
      case TWICE -> {
        wire.add(arrow);
        wire.add(arrow);
      }
      case HOLD -> held.add(arrow);
    }
  }

  /** When arrow {@code number} leaves, the other node of {@code victim}'s pair takes over. */
  void takeOverAt(int number, Node victim) {
    takeOverAt(number, victim, Fate.PASS);
  }

  /** As {@link #takeOverAt(int, Node)}; {@code its}: what becomes of that arrow. */
  void takeOverAt(int number, Node victim, Fate its) {
    boolean[] due = {false};
    fate =
        arrow -> {
          boolean now = arrow.number() == number;
          due[0] |= now;
          return now ? its : Fate.PASS;
        };
    afterStep =
        () -> {
          if (due[0]) {
            due[0] = false;
            victim.takeOver();
          }
        };
  }

  /** Delivers everything until nothing moves any more, without letting time pass. */
  void settle() {
    for (int i = 0; i < 10_000; i++) {
      if (!left.drain() && !right.drain() && !deliver()) {
        return;
      }
    }
    throw new AssertionError("they do not come to rest: " + left.reports + right.reports);
  }

  boolean deliver() {
    Arrow arrow = wire.poll();
    if (arrow == null) {
      return false;
    }
    if (arrow.octets.length() == 1) {
      return true; // a NAT keepalive ends at the NAT
    }
    Node to = arrow.from == left ? right : left;
    to.receive(arrow.destination, arrow.source, arrow.octets);
    return true;
  }

  /** Lets {@code ns} pass, with every timeout on the way. */
  void elapse(long ns) {
    long end = now + ns;
    for (int i = 0; i < 20_000; i++) {
      settle();
      OptionalLong l = left.engine.nextTimeoutNs();
      OptionalLong r = right.engine.nextTimeoutNs();
      long next = Math.min(l.orElse(Long.MAX_VALUE), r.orElse(Long.MAX_VALUE));
      if (next > end) {
        now = end;
        return;
      }
      now = Math.max(now, next);
      Node due = l.orElse(Long.MAX_VALUE) <= r.orElse(Long.MAX_VALUE) ? left : right;
      due.step(new Input.Timeout());
    }
    throw new AssertionError("time does not pass");
  }

  Effect.CommandDone command(Node node, long id, Input.Verb verb, String child) {
    Optional<String> which = Optional.of(child).filter(c -> !c.isEmpty());
    node.step(new Input.Command(id, verb, node.connections.getFirst().name(), which));
    settle();
    return node.done.get(id);
  }

  /** Both kernels carry the child in both directions, with one outbound SA each. */
  void requireTraffic(String child) {
    requireTraffic(left, right, child);
    requireTraffic(right, left, child);
  }

  /** One IKE SA, with these children in both directions and no others. */
  void requireOnly(String... children) {
    for (String child : children) {
      requireTraffic(child);
    }
    if (!left.only().spis().equals(right.only().spis())) {
      throw new AssertionError("two IKE SAs: " + left.only() + " " + right.only());
    }
    for (Node node : List.of(left, right)) {
      if (node.kernel.inbound.size() != children.length) {
        throw new AssertionError(node.name + " has " + node.kernel.inbound.keySet());
      }
    }
  }

  private static void requireTraffic(Node from, Node to, String child) {
    List<ChildSaSnapshot> sending = from.kernel.sending(child);
    if (sending.size() != 1) {
      throw new AssertionError(from.name + " sends " + child + " on " + sending);
    }
    ChildSaSnapshot out = sending.getFirst();
    ChildSaSnapshot in =
        to.kernel.inbound.values().stream()
            .filter(c -> c.inboundSpi().equals(out.outboundSpi()))
            .findFirst()
            .orElseThrow(() -> new AssertionError(to.name + " cannot receive " + out));
    boolean fits =
        out.keys().outboundEncryption().equals(in.keys().inboundEncryption())
            && out.keys().outboundIntegrity().equals(in.keys().inboundIntegrity())
            && out.algorithms().equals(in.algorithms())
            && out.localTs().equals(in.remoteTs())
            && out.remoteTs().equals(in.localTs())
            && out.udpEncap() == in.udpEncap();
    if (!fits) {
      throw new AssertionError("the two ends differ: " + out + " " + in);
    }
  }
}
