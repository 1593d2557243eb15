package io.pollux.ike.engine;

import static io.pollux.ike.crypto.pki.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IKE_AUTH with certificates and public keys: RFC 7296 section 2.15, RFC 7427, RFC 7670. */
class CertificateTest {
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");

  @ParameterizedTest
  @ValueSource(strings = {"p256", "p384", "p521", "rsa2048", "ed25519", "ed448"})
  void everyKindOfKeyAuthenticatesBothSides(String algorithm) {
    TwoEngines world = new CertificateWorld(algorithm).succeeds();
    assertThat(world.right.reports)
        .anyMatch(
            r ->
                r.contains("established with left.example")
                    && r.contains(" signature with the certificate \"CN=left.example\", to it by ")
                    && r.contains(" certificate; aes256gcm16-"));
  }

  @Test
  @Rfc({"7296-1.2-1", "7296-3.6-1", "7296-3.6-2", "7383-2.4-1"})
  void intermediatesComeWithTheCertificateInFragments() {
    Entity middle = TestPki.request("CN=Middle", "rsa2048#middle").ca().by(ROOT);
    Entity deep = TestPki.request("CN=Deep", "rsa2048#deep").ca().by(middle);
    CertificateWorld pair = new CertificateWorld();
    pair.left(TestPki.gateway("left.example", "rsa2048", deep), List.of(deep, middle), ROOT);
    TwoEngines world = pair.succeeds();
    assertThat(world.sent).allMatch(a -> a.octets().length() <= 1280);
    assertThat(world.sent.stream().filter(a -> a.octets().at(16) == 53).count()).isGreaterThan(2);
  }

  @Test
  void lostFragmentsAreSentAgain() {
    Entity middle = TestPki.request("CN=Middle", "rsa2048#middle").ca().by(ROOT);
    CertificateWorld pair = new CertificateWorld();
    pair.left(TestPki.gateway("left.example", "rsa2048", middle), List.of(middle), ROOT);
    TwoEngines world = pair.world();
    int[] fragments = {0};
    world.fate =
        arrow ->
            arrow.octets().at(16) == 53 && fragments[0]++ == 1
                ? TwoEngines.Fate.DROP
                : TwoEngines.Fate.PASS;
    world.command(world.left, 1, Input.Verb.UP, "");
    world.elapse(10 * TwoEngines.SECOND);
    world.requireTraffic("gcm");
  }

  @Test
  void eachSideInItsOwnWay() {
    CertificateWorld pair = new CertificateWorld();
    pair.left.auth = new AuthPolicy(pair.left.auth.local(), new AuthPolicy.Remote.Psk());
    pair.right.auth = new AuthPolicy(new AuthPolicy.Local.Psk(), pair.right.auth.remote());
    pair.succeeds();
  }

  @Test
  void rekeysAndTakeoversNeedNoCertificate() {
    TwoEngines world = new CertificateWorld().succeeds();
    world.right.takeOver();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    assertThat(world.command(world.left, 3, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.right.only().peerId()).isEqualTo(TwoEngines.fqdn("left.example"));
  }

  // RFC 7296 section 3.7, RFC 7427 section 4, RFC 9593 section 3.1: what is announced

  @Test
  void rfc7296Section3_7CertreqNamesTheCaByTheHashOfItsKey() throws Exception {
    TwoEngines world = new CertificateWorld().succeeds();
    byte[] hash = java.security.MessageDigest.getInstance("SHA-1").digest(ROOT.spki().toArray());
    assertThat(world.sent.get(1).octets().toHex())
        .contains("04" + java.util.HexFormat.of().formatHex(hash));
  }

  @Test
  @Rfc({"8420-3-1", "8420-3-2"})
  void rfc8420Section3IdentityIsAnnouncedAndOnlyThatIfAllIsEdDsa() {
    CertificateWorld pair = new CertificateWorld("ed25519");
    List<SignatureScheme> eddsa = List.of(SignatureScheme.ED25519, SignatureScheme.ED448);
    pair.left.auth = accepting(pair.left.auth, eddsa);
    TwoEngines world = pair.succeeds();
    // N(SIGNATURE_HASH_ALGORITHMS): length 10, no SPI, 16431, Identity.
    assertThat(world.sent.get(0).octets().toHex()).contains("000a0000402f0005");
    assertThat(world.sent.get(1).octets().toHex()).contains("00100000402f0002000300040005");
  }

  @Test
  void connectionsWithSharedKeysAnnounceNothing() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = 5; // see CertificateWorld
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.sent.get(0).octets().toHex()).doesNotContain("0000402f");
  }

  @Test
  @Rfc({"7427-4-1"})
  void rfc7427Section4SignerTakesAHashThatThePeerKnows() {
    CertificateWorld pair = new CertificateWorld("rsa2048");
    pair.right.auth = accepting(pair.right.auth, List.of(SignatureScheme.RSA_PKCS1_SHA512));
    TwoEngines world = pair.succeeds();
    assertThat(world.left.effects)
        .anyMatch(
            e -> e instanceof Effect.Sign s && s.scheme() == SignatureScheme.RSA_PKCS1_SHA512);
  }

  @Test
  @Rfc({"8420-2-1"})
  void rfc8420Section2Ed25519IsNotSentToWhoDoesNotAnnounceIdentity() {
    CertificateWorld pair = new CertificateWorld("ed25519");
    pair.right.auth = accepting(pair.right.auth, List.of(SignatureScheme.ECDSA_SHA256));
    pair.fails("the peer checks none of the signatures that we make with ED25519");
  }

  private static AuthPolicy accepting(AuthPolicy auth, List<SignatureScheme> schemes) {
    AuthPolicy.Remote.Certificate remote = (AuthPolicy.Remote.Certificate) auth.remote();
    return new AuthPolicy(auth.local(), new AuthPolicy.Remote.Certificate(remote.trust(), schemes));
  }

  @Test
  void schemeThatTheConnectionDoesNotAcceptIsRefused() {
    CertificateWorld pair = new CertificateWorld("rsa2048");
    // SHA-256 is announced for ECDSA, and the left signs with it; the right wants no RSA.
    pair.right.auth = accepting(pair.right.auth, List.of(SignatureScheme.ECDSA_SHA256));
    pair.fails("it signed with rsa-pss-sha256, accepted are [ecdsa-sha256]");
  }

  // Refusals: RFC 7296 section 2.21.2

  @Test
  void expiredCertificate() {
    CertificateWorld pair = new CertificateWorld();
    pair.setup.rightProver.now = NOW.plusSeconds(86_400L * 365);
    pair.fails("certificate \"CN=left.example\": it expired at");
  }

  @Test
  void certificateOfAnotherCaIsRefusedByTheResponder() {
    CertificateWorld pair = new CertificateWorld();
    Entity other = TestPki.ca("CN=Other", "p256");
    pair.left(TestPki.gateway("left.example", "p256", other), List.of(), ROOT);
    TwoEngines world = pair.fails("no trusted CA for certificate \"CN=left.example\"");
    assertThat(world.left.reports).anyMatch(r -> r.contains("AUTHENTICATION_FAILED"));
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
  }

  @Test
  void certificateOfAnotherCaIsRefusedByTheInitiatorWhoSaysSo() {
    CertificateWorld pair = new CertificateWorld();
    Entity other = TestPki.ca("CN=Other", "p256");
    pair.right(TestPki.gateway("right.example", "p256", other), List.of(), ROOT);
    TwoEngines world = pair.fails("no trusted CA for certificate \"CN=right.example\"");
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
  }

  @Test
  @Rfc({"7296-1.2-2"})
  void certificateForSomebodyElse() {
    CertificateWorld pair = new CertificateWorld();
    pair.left(TestPki.gateway("mallory.example", "p256", ROOT), List.of(), ROOT);
    pair.fails(
        "certificate \"CN=mallory.example\" does not speak for left.example: its dNSNames are"
            + " [mallory.example]");
  }

  @Test
  void wrongKeyUsage() {
    CertificateWorld pair = new CertificateWorld();
    Entity left =
        TestPki.request("CN=left.example", "p256#left.example")
            .dns("left.example")
            .usage(KeyUsage.keyEncipherment)
            .by(ROOT);
    pair.left(left, List.of(), ROOT);
    pair.fails("its key usage is neither digitalSignature nor nonRepudiation");
  }

  @Test
  void revokedCertificate() throws Exception {
    CertificateWorld pair = new CertificateWorld();
    Entity left = TestPki.gateway("left.example", "p256", ROOT);
    pair.left(left, List.of(), ROOT);
    Octets crl = TestPki.crl(ROOT, NOW.minusSeconds(60), NOW.plusSeconds(60), left);
    pair.setup.rightProver.revocation = RevocationData.of(List.of(crl), List.of());
    pair.fails("certificate \"CN=left.example\": revoked at");
  }

  @Test
  void strictRevocationWithoutAListRefuses() {
    CertificateWorld pair = new CertificateWorld();
    pair.right.auth =
        new AuthPolicy(pair.right.auth.local(), CertificateWorld.remote(ROOT, Revocation.STRICT));
    pair.fails("and revocation is strict");
  }

  @Test
  @Rfc({"7296-1.2-2"})
  void signatureWithoutThePrivateKey() {
    CertificateWorld pair = new CertificateWorld();
    Entity left = TestPki.gateway("left.example", "p256", ROOT);
    Entity thief = TestPki.gateway("thief.example", "p256", ROOT);
    pair.left(left, List.of(), ROOT);
    pair.setup.leftProver.keys.put(left.spki(), thief.key());
    pair.fails("the signature of left.example is wrong for its ECDSA_P256 key");
  }

  @Test
  void privateKeyThatIsGone() {
    CertificateWorld pair = new CertificateWorld();
    pair.setup.rightProver.keys.clear();
    pair.fails("cannot sign: no such key");
  }

  @Test
  void sharedKeyWhereACertificateIsWanted() {
    CertificateWorld pair = new CertificateWorld();
    pair.left.auth = new AuthPolicy(new AuthPolicy.Local.Psk(), pair.left.auth.remote());
    pair.fails("it used a shared key, and this connection wants a signature");
  }

  @Test
  void certificateWhereASharedKeyIsWanted() {
    CertificateWorld pair = new CertificateWorld();
    pair.right.auth = AuthPolicy.PSK;
    pair.fails("this connection wants a shared key");
  }

  // Identities of the connection

  @Test
  void operatorsWildcardLetsMatchingPeersIn() {
    CertificateWorld pair = new CertificateWorld();
    pair.right.remoteId = Optional.of(TwoEngines.fqdn("*.example"));
    pair.succeeds();
    CertificateWorld other = new CertificateWorld();
    other.right.remoteId = Optional.of(TwoEngines.fqdn("*.elsewhere"));
    other.fails("no connection for left.example");
  }

  @Test
  void initiatorWithAWildcardSendsNoIdr() {
    CertificateWorld pair = new CertificateWorld();
    pair.left.remoteId = Optional.of(TwoEngines.fqdn("*.example"));
    pair.succeeds();
  }

  @Test
  void initiatorRefusesAPeerThatIsSomebodyElse() {
    CertificateWorld pair = new CertificateWorld();
    pair.left.remoteId = Optional.of(TwoEngines.fqdn("*.elsewhere"));
    pair.fails("peer is right.example and not *.elsewhere");
  }

  // Waiting

  @Test
  void repetitionsWhileAVerdictIsMadeAreAnsweredOnce() {
    CertificateWorld pair = new CertificateWorld();
    TwoEngines world = pair.world();
    world.fate = _ -> TwoEngines.Fate.TWICE;
    world.command(world.left, 1, Input.Verb.UP, "");
    world.requireTraffic("gcm");
    assertThat(world.right.effects.stream().filter(Effect.ValidateChain.class::isInstance))
        .hasSize(1);
    assertThat(world.right.effects.stream().filter(Effect.Sign.class::isInstance)).hasSize(1);
  }

  @Test
  void verdictThatNeverComesEndsTheAttempt() {
    CertificateWorld pair = new CertificateWorld();
    TwoEngines world = pair.world();
    world.right.holdKernel = true;
    world.command(world.left, 1, Input.Verb.UP, "");
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
    world.right.holdKernel = false; // and a late answer does no harm
    world.settle();
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
  }

  @Test
  void signatureThatNeverComesEndsTheInitiatorsAttempt() {
    CertificateWorld pair = new CertificateWorld();
    TwoEngines world = pair.world();
    world.left.holdKernel = true;
    world.command(world.left, 1, Input.Verb.UP, "");
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.left.done.get(1L).ok()).isFalse();
    assertThat(world.left.done.get(1L).message()).contains("no signature or verdict");
  }

  @Test
  void takeoverWhileAProofIsAwaitedLeavesNothingBehind() {
    CertificateWorld pair = new CertificateWorld();
    TwoEngines world = pair.world();
    world.right.holdKernel = true;
    world.command(world.left, 1, Input.Verb.UP, "");
    world.right.takeOver(); // what waits is not replicated: the request comes again
    world.right.holdKernel = false;
    world.elapse(200 * TwoEngines.SECOND);
    Effect.CommandDone again = world.command(world.left, 2, Input.Verb.UP, "");
    assertThat(again.ok()).as("%s", world.left.reports).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  void demotionWhileAProofIsAwaitedForgetsIt() {
    CertificateWorld pair = new CertificateWorld();
    TwoEngines world = pair.world();
    world.right.holdKernel = true;
    world.command(world.left, 1, Input.Verb.UP, "");
    world.right.checkShadow = false; // which keeps what this engine forgets
    world.right.step(new Input.Demote());
    world.right.holdKernel = false;
    world.settle();
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
  }

  // RFC 7670

  @ParameterizedTest
  @ValueSource(strings = {"p256", "ed25519", "rsa2048"})
  @Rfc({"7670-3-2"})
  void rfc7670RawPublicKeys(String algorithm) {
    Entity left = TestPki.gateway("left.example", algorithm, ROOT);
    Entity right = TestPki.gateway("right.example", algorithm, ROOT);
    CertificateWorld.rawKeys(left, right, left, right).succeeds();
  }

  @Test
  void rfc7670KeyThatIsNotTheConfiguredOne() {
    Entity left = TestPki.gateway("left.example", "p256", ROOT);
    Entity right = TestPki.gateway("right.example", "p256", ROOT);
    Entity other = TestPki.gateway("other.example", "p256", ROOT);
    CertificateWorld.rawKeys(left, right, other, right)
        .fails("the public key of left.example is not the configured one");
  }

  @Test
  void trustPolicyOfTwoCasTakesEither() {
    Entity other = TestPki.ca("CN=Other", "ed25519");
    CertificateWorld pair = new CertificateWorld();
    pair.left(TestPki.gateway("left.example", "ed25519", other), List.of(), ROOT);
    pair.right.auth =
        new AuthPolicy(
            pair.right.auth.local(),
            new AuthPolicy.Remote.Certificate(
                new TrustPolicy(List.of(ROOT.der(), other.der()), Revocation.RELAXED, false),
                SignatureScheme.standard()));
    pair.succeeds();
  }
}
