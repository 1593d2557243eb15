package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.payload.CertPayload;
import io.pollux.ike.payload.CertreqPayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.wire.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;

/** What is said about keys and methods before a proof: RFC 7670 section 3, RFC 9593 section 3.1. */
class RfcAuthTest {
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");

  @Test
  @Rfc({"7670-3-1"})
  void rfc7670_3_aRequestForARawKeyNamesNoAuthority() {
    Entity left = TestPki.gateway("left.example", "p256", ROOT);
    Entity right = TestPki.gateway("right.example", "p256", ROOT);
    TwoEngines world = CertificateWorld.rawKeys(left, right, left, right).world();
    Forger forger = new Forger(world);
    List<CertreqPayload> requests = new ArrayList<>();
    forger.changeNext(
        world.left,
        Exchange.IKE_AUTH,
        payloads -> {
          payloads.forEach(
              p -> {
                if (p instanceof CertreqPayload c) {
                  requests.add(c);
                }
              });
          return payloads;
        });
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    requests.addAll(
        forger.read(world.sent.get(1).octets()).orElseThrow().all(CertreqPayload.class));
    assertThat(requests).hasSize(2).allMatch(c -> c.encoding() == 15);
    assertThat(requests).allMatch(c -> c.authorities().isEmpty());
  }

  /** RFC 4055 section 1.2: a key for PSS alone says so, and so it travels. */
  @Test
  @Rfc({"7670-3-3"})
  void rfc7670_3_aPssKeyIsSentAsPssKey() throws Exception {
    Entity plain = TestPki.gateway("left.example", "rsa2048", ROOT);
    Entity right = TestPki.gateway("right.example", "p256", ROOT);
    SubjectPublicKeyInfo rsa = SubjectPublicKeyInfo.getInstance(plain.spki().toArray());
    Octets pss =
        Octets.owning(
            new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS),
                    rsa.parsePublicKey())
                .getEncoded());
    assertThat(KeyKind.ofSpki(pss)).contains(KeyKind.RSA_PSS);
    CertificateWorld pair = CertificateWorld.rawKeys(plain, right, plain, right);
    pair.left.auth =
        new AuthPolicy(
            new AuthPolicy.Local.Signature(
                pss, KeyKind.RSA_PSS, List.of(), SignatureScheme.standard(), false),
            pair.left.auth.remote());
    pair.right.auth =
        new AuthPolicy(
            pair.right.auth.local(),
            new AuthPolicy.Remote.PublicKey(List.of(pss), SignatureScheme.standard()));
    pair.setup.leftProver.keys.put(
        pss,
        SigningKey.of(
            IkeCrypto.standard(),
            Secret.copyOf(plain.pair().getPrivate().getEncoded()),
            pss,
            new SecureRandom()));
    TwoEngines world = pair.world();
    Forger forger = new Forger(world);
    List<Octets> sent = new ArrayList<>();
    forger.changeNext(
        world.left,
        Exchange.IKE_AUTH,
        payloads -> {
          payloads.forEach(
              p -> {
                if (p instanceof CertPayload c) {
                  sent.add(c.data());
                }
              });
          return payloads;
        });
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok())
        .as("%s %s", world.left.reports, world.right.reports)
        .isTrue();
    assertThat(sent).containsExactly(pss);
  }

  /** The responder's methods may come with IKE_INTERMEDIATE, and then without its CERTREQ. */
  @Test
  @Rfc({"9593-3.1-2"})
  void rfc9593_3_1_methodsWithoutCertreqInIkeIntermediateAreNoReasonToStop() {
    CertificateWorld pair = new CertificateWorld();
    pair.left.proposals = "aes256gcm16-prfsha384-x25519-ke1_mlkem512";
    pair.right.proposals = pair.left.proposals;
    TwoEngines world = pair.world();
    Forger forger = new Forger(world);
    forger.changeNext(
        world.right,
        Exchange.IKE_INTERMEDIATE,
        payloads -> {
          payloads.add(
              NotifyPayload.of(
                  NotifyType.SUPPORTED_AUTH_METHODS,
                  Octets.ofHex("080e01300506032b6570").slice(0, 10)));
          return payloads;
        });
    world.fate = a -> a.octets().at(18) == 35 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.sent.getLast().octets().at(18)).as("IKE_AUTH follows").isEqualTo(35);
    assertThat(world.left.counter("intermediate_failed")).isZero();
  }
}
