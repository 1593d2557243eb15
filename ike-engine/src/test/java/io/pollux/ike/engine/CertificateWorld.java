package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;

/** Two gateways that have certificates; the tests change parts of them before {@link #world}. */
final class CertificateWorld {
  /** A shared cipher refuses the key and IV that the test before it used last. */
  private static long worlds;

  final TwoEngines.Setup setup = new TwoEngines.Setup();
  final TwoEngines.Connection left = TwoEngines.connection(true);
  final TwoEngines.Connection right = TwoEngines.connection(false);

  /** Each side with a certificate of {@code algorithm} by the same CA. */
  CertificateWorld(String algorithm) {
    this(++worlds);
    TestPki.Entity ca = TestPki.ca("CN=Root", algorithm);
    both(
        TestPki.gateway("left.example", algorithm, ca),
        TestPki.gateway("right.example", algorithm, ca),
        ca);
  }

  private CertificateWorld(long number) {
    setup.seed = number * 10_000;
  }

  /** Nobody has a certificate yet. */
  static CertificateWorld bare() {
    return new CertificateWorld(++worlds);
  }

  CertificateWorld() {
    this("p256");
  }

  /** Raw public keys (RFC 7670): what each has, and what the other expects of it. */
  static CertificateWorld rawKeys(
      TestPki.Entity left,
      TestPki.Entity right,
      TestPki.Entity leftExpected,
      TestPki.Entity rightExpected) {
    CertificateWorld pair = new CertificateWorld();
    pair.left.auth = raw(left, rightExpected);
    pair.right.auth = raw(right, leftExpected);
    pair.setup.leftProver.keys.put(left.spki(), left.key());
    pair.setup.rightProver.keys.put(right.spki(), right.key());
    return pair;
  }

  private static AuthPolicy raw(TestPki.Entity own, TestPki.Entity peer) {
    return new AuthPolicy(
        new AuthPolicy.Local.Signature(
            own.spki(), own.key().kind(), List.of(), SignatureScheme.standard(), false),
        new AuthPolicy.Remote.PublicKey(List.of(peer.spki()), SignatureScheme.standard()));
  }

  private void both(TestPki.Entity l, TestPki.Entity r, TestPki.Entity ca) {
    left(l, List.of(), ca);
    right(r, List.of(), ca);
  }

  void left(TestPki.Entity own, List<TestPki.Entity> intermediates, TestPki.Entity trusted) {
    left.auth = new AuthPolicy(local(own, intermediates), remote(trusted, Revocation.RELAXED));
    setup.leftProver.keys.put(own.spki(), own.key());
  }

  void right(TestPki.Entity own, List<TestPki.Entity> intermediates, TestPki.Entity trusted) {
    right.auth = new AuthPolicy(local(own, intermediates), remote(trusted, Revocation.RELAXED));
    setup.rightProver.keys.put(own.spki(), own.key());
  }

  static AuthPolicy.Local.Signature local(TestPki.Entity own, List<TestPki.Entity> intermediates) {
    List<Octets> chain = new ArrayList<>(List.of(own.der()));
    intermediates.forEach(i -> chain.add(i.der()));
    return new AuthPolicy.Local.Signature(
        own.spki(), own.key().kind(), chain, SignatureScheme.standard(), false);
  }

  static AuthPolicy.Remote remote(TestPki.Entity trusted, Revocation revocation) {
    return new AuthPolicy.Remote.Certificate(
        new TrustPolicy(List.of(trusted.der()), revocation, false), SignatureScheme.standard());
  }

  TwoEngines world() {
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    return new TwoEngines(setup);
  }

  /** The two agree, and traffic can flow. */
  TwoEngines succeeds() {
    TwoEngines world = world();
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done).as("%s %s", world.left.reports, world.right.reports).isNotNull();
    assertThat(done.ok()).as("%s %s", world.left.reports, world.right.reports).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.left.only().peerId()).isEqualTo(world.right.only().localId());
    assertThat(world.right.only().peerId()).isEqualTo(world.left.only().localId());
    return world;
  }

  /** There is no IKE SA anywhere, and a log line of either says {@code why}. */
  TwoEngines fails(String why) {
    TwoEngines world = world();
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done).as("%s %s", world.left.reports, world.right.reports).isNotNull();
    assertThat(done.ok()).isFalse();
    assertThat(String.join("\n", world.left.reports) + String.join("\n", world.right.reports))
        .contains(why);
    world.settle();
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.kernel.inbound).isEmpty();
    assertThat(world.left.kernel.inbound).isEmpty();
    return world;
  }
}
