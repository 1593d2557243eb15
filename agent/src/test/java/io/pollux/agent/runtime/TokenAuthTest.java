package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.token.SoftHsm;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.Input;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** IKE_AUTH between two gateways whose certificates have their keys in tokens of SoftHSM. */
class TokenAuthTest {
  private static final Instant BEGIN = Instant.now().minus(Duration.ofDays(1));

  @TempDir Path folder;
  private KeyPair caKey;
  private SoftHsm leftToken;
  private SoftHsm rightToken;
  private ProvingGateway left;
  private ProvingGateway right;
  private long commands;

  @BeforeEach
  void makeTokens() throws Exception {
    assumeTrue(SoftHsm.isInstalled(), "softhsm2 is not installed (Debian: softhsm2)");
    leftToken = SoftHsm.create();
    rightToken = SoftHsm.create();
    SoftHsm.writePin(folder, SoftHsm.PIN);
    caKey = SoftHsm.pair("secp256r1");
    certify("root", caKey);
  }

  @AfterEach
  void close() {
    if (left != null) {
      left.close();
      right.close();
    }
  }

  private void certify(String name, KeyPair key) throws Exception {
    boolean isCa = name.equals("root");
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=root"),
            BigInteger.valueOf(name.hashCode()).abs(),
            Date.from(BEGIN),
            Date.from(BEGIN.plus(Duration.ofDays(30))),
            new X500Name("CN=" + name),
            key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(isCa ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
    GeneralName dns = new GeneralName(GeneralName.dNSName, name + ".example");
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(dns));
    try (JcaPEMWriter pem =
        new JcaPEMWriter(Files.newBufferedWriter(folder.resolve(name + ".pem")))) {
      pem.writeObject(
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(caKey.getPrivate())));
    }
  }

  private void key(SoftHsm token, String name, String algorithm) throws Exception {
    KeyPair pair = SoftHsm.pair(algorithm);
    token.put(pair, name, "01");
    certify(name, pair);
  }

  private PolluxConfig config(String own, String key, String peer, String signatures)
      throws Exception {
    boolean isLeft = own.equals("left");
    String text =
        """
        connections {
          branch {
            local { address = %s, id = %s.example, auth = cert, certificate = %s.pem, key = "%s" %s }
            remote { address = %s, id = %s.example, auth = cert, ca = root.pem }
            children { net { local-ts = [%s], remote-ts = [%s] } }
          }
        }
        """
            .formatted(
                isLeft ? "192.0.2.1" : "203.0.113.20",
                own,
                own,
                key,
                signatures,
                isLeft ? "203.0.113.20" : "192.0.2.1",
                peer,
                isLeft ? "10.1.0.0/24" : "10.2.0.0/24",
                isLeft ? "10.2.0.0/24" : "10.1.0.0/24");
    return ConfigLoader.load(Files.writeString(folder.resolve(own + ".conf"), text));
  }

  private void start(String algorithm, String signatures) throws Exception {
    key(leftToken, "left", algorithm);
    key(rightToken, "right", algorithm);
    left = new ProvingGateway(config("left", leftToken.uri("object=left"), "right", signatures), 0);
    right =
        new ProvingGateway(config("right", rightToken.uri("object=right"), "left", signatures), 1);
  }

  private Effect.CommandDone up() throws Exception {
    left.step(new Input.Command(++commands, Input.Verb.UP, "branch", Optional.empty()));
    while (left.take(right) || right.take(left)) {
      continue;
    }
    assertThat(left.done).as("%s %s", left.reports, right.reports).hasSize((int) commands);
    return left.done.getLast();
  }

  private void requireUp() throws Exception {
    Effect.CommandDone end = up();
    assertThat(end.ok()).as("%s %s %s", end.message(), left.reports, right.reports).isTrue();
    assertThat(left.established()).isEqualTo(1);
    assertThat(right.established()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "secp256r1, ''",
    "secp384r1, ''",
    "secp521r1, ''",
    "RSA, ''",
    "RSA, ', signatures = [rsa-pkcs1-sha384]'",
  })
  void bothEndsProveThemselvesByTheirTokens(String algorithm, String signatures) throws Exception {
    start(algorithm, signatures);
    requireUp();
  }

  private static String said(ProvingGateway gateway) {
    return String.join("\n", gateway.reports);
  }

  @Test
  void initiatorWhoseTokenIsAwayFailsAndLives() throws Exception {
    start("secp256r1", "");
    leftToken.unplug();
    assertThat(up().ok()).isFalse();
    assertThat(said(left))
        .contains("cannot sign: cannot sign with ecdsa-sha256: PKCS#11 key object=left")
        .doesNotContain(SoftHsm.PIN);
    assertThat(left.established() + right.established()).isZero();
    leftToken.plug();
    requireUp();
  }

  @Test
  void responderWhoseTokenIsAwayRefusesAndLives() throws Exception {
    start("secp256r1", "");
    rightToken.unplug();
    assertThat(up().ok()).isFalse();
    assertThat(said(right)).contains("PKCS#11 key object=right");
    assertThat(left.established() + right.established()).isZero();
    rightToken.plug();
    requireUp();
  }
}
