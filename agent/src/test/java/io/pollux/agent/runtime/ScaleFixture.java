package io.pollux.agent.runtime;

import io.pollux.agent.io.SystemEntropy;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Segment;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EngineConfig;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.IkeEngines;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Many tunnels without peers: connections, and the snapshot of their SAs as a standby has it. */
final class ScaleFixture {
  static final InetAddress VIP = InetAddress.ofLiteral("203.0.113.1");

  private ScaleFixture() {}

  private static InetAddress peer(int i) {
    return InetAddress.ofLiteral("100.64." + i / 250 + "." + (1 + i % 250));
  }

  private static Prefix remote(int i) {
    return Prefix.parse("10." + (128 + i / 250) + "." + i % 250 + ".0/24");
  }

  static ConnectionPolicy connection(int i) {
    return connection(i, VIP, peer(i), Prefix.parse("10.1.0.0/24"), remote(i));
  }

  /** The same as its peer has it. */
  static ConnectionPolicy mirrored(int i) {
    return connection(i, peer(i), VIP, remote(i), Prefix.parse("10.1.0.0/24"));
  }

  private static ConnectionPolicy connection(
      int i, InetAddress local, InetAddress remote, Prefix localNet, Prefix remoteNet) {
    Identity id =
        new Identity(
            2, Octets.owning(("c" + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    RekeyPolicy rekey = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
    return new ConnectionPolicy(
        "c" + i,
        local,
        Optional.of(remote),
        id,
        Optional.of(id),
        ProposalKeywords.defaultIke(),
        rekey,
        0,
        false,
        List.of(
            new ChildPolicy(
                "net",
                List.of(localNet.selector()),
                List.of(remoteNet.selector()),
                ProposalKeywords.defaultEsp(),
                rekey,
                ChildPolicy.StartAction.NONE,
                1024)));
  }

  static HaSnapshot snapshot(int tunnels) {
    List<IkeSaSnapshot> sas = new ArrayList<>();
    for (int i = 0; i < tunnels; i++) {
      ChildSaSnapshot child = child(i);
      Identity id = connection(i).localId();
      sas.add(
          new IkeSaSnapshot(
              new IkeSpis(new IkeSpi(2L * i + 1), new IkeSpi(2L * i + 2)),
              false,
              "c" + i,
              child.local(),
              child.peer(),
              false,
              false,
              id,
              id,
              new IkeAlgorithms(20, 256, 6, 0, 31),
              ikeKeys(),
              new MessageWindow(new MessageId(0), Optional.empty(), new MessageId(2), List.of()),
              List.of(),
              child.lifetimes(),
              0,
              List.of(child)));
    }
    return new HaSnapshot(1, Segment.DEFAULT, 0, sas);
  }

  private static ChildSaSnapshot child(int i) {
    EspKeys keys = new EspKeys(secret(i, 36), Secret.EMPTY, secret(i + 1, 36), Secret.EMPTY);
    return new ChildSaSnapshot(
        "c" + i,
        "net",
        new EspSpi(0x10000000 + i),
        new EspSpi(0x20000000 + i),
        new Endpoint(VIP, 500),
        new Endpoint(peer(i), 500),
        false,
        new EspAlgorithms(20, 256, 0, true),
        keys,
        List.of(Prefix.parse("10.1.0.0/24").selector()),
        List.of(remote(i).selector()),
        new Reqid(0x40000000 + 7919 * i), // spread, as the engine draws them
        true,
        1024,
        new Lifetimes(0, 0, 0, 0, 0, 0),
        0,
        new ReplayState(1000, 1000));
  }

  private static IkeKeys ikeKeys() {
    Secret none = Secret.EMPTY;
    return new IkeKeys(
        secret(1, 48), none, none, secret(2, 36), secret(3, 36), secret(4, 48), secret(5, 48));
  }

  private static Secret secret(int seed, int octets) {
    byte[] key = new byte[octets];
    Arrays.fill(key, (byte) seed);
    return Secret.owning(key);
  }

  /** The SA of the i-th tunnel as its peer, who began it, has it. */
  static IkeSaSnapshot mirrored(IkeSaSnapshot sa) {
    return new IkeSaSnapshot(
        sa.spis(),
        !sa.originalInitiator(),
        sa.connection(),
        sa.peer(),
        sa.local(),
        false,
        false,
        sa.peerId(),
        sa.localId(),
        sa.algorithms(),
        ikeKeys(),
        new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
        List.of(),
        sa.lifetimes(),
        0,
        List.of());
  }

  /** A DELETE of its IKE SA, as the peer's engine seals it. */
  static Input.Datagram question(int i, IkeSaSnapshot sa) {
    IkeEngine peer = engine(1, List.of(mirrored(i)));
    peer.step(new Input.Promote(2, List.of(mirrored(sa)), true), 1);
    return peer.step(new Input.Command(1, Input.Verb.DOWN, "c" + i, Optional.empty()), 2).stream()
        .filter(Effect.Transmit.class::isInstance)
        .map(Effect.Transmit.class::cast)
        .map(t -> new Input.Datagram(t.peer(), t.local(), t.octets()))
        .findFirst()
        .orElseThrow();
  }

  static IkeEngine engine(int nodeBit, List<ConnectionPolicy> connections) {
    byte[] psk = new byte[16];
    Arrays.fill(psk, (byte) 'k');
    return IkeEngines.create(
        EngineConfig.defaults(nodeBit),
        connections,
        (_, _, _) -> Optional.of(Secret.copyOf(psk)),
        IkeCrypto.standard(),
        new SystemEntropy());
  }
}
