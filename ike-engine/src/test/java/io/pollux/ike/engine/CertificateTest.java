package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IKE_AUTH with certificates, RFC 7296 section 2.15 and RFC 7427. */
class CertificateTest {
  @ParameterizedTest
  @ValueSource(strings = {"p256", "p384", "p521", "rsa2048", "ed25519", "ed448"})
  void everyKindOfKeyAuthenticatesBothSides(String algorithm) {
    TwoEngines world = new CertificateWorld(algorithm).succeeds();
    assertThat(world.right.reports).anyMatch(r -> r.contains("established with left.example"));
  }

  @Test
  void intermediatesComeWithTheCertificate() {
    TestPki.Entity root = TestPki.ca("CN=Root", "p256");
    TestPki.Entity middle = TestPki.request("CN=Middle", "p256#middle").ca().by(root);
    CertificateWorld pair = new CertificateWorld();
    pair.left(TestPki.gateway("left.example", "p256", middle), List.of(middle), root);
    pair.succeeds();
  }
}
