package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pollux.ike.crypto.pki.ChainValidator;
import io.pollux.ike.crypto.pki.ChainVerdict;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code openssl ocsp} answers: a responder whose code shares nothing with ours (RFC 6960). */
class OpensslOcspTest {
  private static final Instant BEGIN = Instant.now().minus(Duration.ofDays(1));
  private static final Instant END = BEGIN.plus(Duration.ofDays(30));
  private static final String[] OCSP_SIGNING = {"-rsigner", "ocsp.pem", "-rkey", "ocsp.key"};
  private static final String[] CA_SIGNS = {"-rsigner", "ca.pem", "-rkey", "ca.key"};
  private static final int GOOD = 0x10, REVOKED = 0x11, NOT_LISTED = 0x12;

  @TempDir Path folder;
  private Instant now = Instant.now();
  private final HttpOcsp ocsp = new HttpOcsp(() -> now);
  private KeyPair caKey;
  private X509CertificateHolder ca;

  @BeforeEach
  void makeCa() throws Exception {
    assumeTrue(OpensslResponder.isInstalled(), "openssl is not installed (Debian: openssl)");
    caKey = keyPair();
    ca = certificate("CN=Root", 1, caKey, Optional.empty());
    write("ca", ca, caKey);
    responder("ocsp", 2, KeyPurposeId.id_kp_OCSPSigning);
    DateTimeFormatter utc = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    Files.writeString(
        folder.resolve("index.txt"),
        """
        V\t%1$s\t\t10\tunknown\t/CN=gw.example
        R\t%1$s\t%2$s,keyCompromise\t11\tunknown\t/CN=lost.example
        """
            .formatted(utc.format(END), utc.format(BEGIN)));
  }

  private static KeyPair keyPair() throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(new ECGenParameterSpec("secp256r1"));
    return keys.generateKeyPair();
  }

  private X509CertificateHolder certificate(
      String name, int serial, KeyPair key, Optional<KeyPurposeId> purpose) throws Exception {
    boolean isCa = serial == 1;
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=Root"),
            BigInteger.valueOf(serial),
            Date.from(BEGIN),
            Date.from(END),
            new X500Name(name),
            key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(
            isCa ? KeyUsage.keyCertSign | KeyUsage.digitalSignature : KeyUsage.digitalSignature));
    if (purpose.isPresent()) {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose.get()));
    }
    return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(caKey.getPrivate()));
  }

  private void responder(String name, int serial, KeyPurposeId purpose) throws Exception {
    KeyPair key = keyPair();
    write(name, certificate("CN=" + name, serial, key, Optional.of(purpose)), key);
  }

  private void write(String name, X509CertificateHolder certificate, KeyPair key)
      throws IOException {
    try (JcaPEMWriter pem =
        new JcaPEMWriter(Files.newBufferedWriter(folder.resolve(name + ".pem")))) {
      pem.writeObject(certificate);
    }
    try (JcaPEMWriter pem =
        new JcaPEMWriter(Files.newBufferedWriter(folder.resolve(name + ".key")))) {
      pem.writeObject(new JcaPKCS8Generator(key.getPrivate(), null));
    }
  }

  private OpensslResponder serve(String[] signer, String... more) throws Exception {
    return OpensslResponder.start(folder, signer, more);
  }

  private ChainVerdict validate(int serial, Revocation mode, URI... urls) throws Exception {
    return validate(serial, new TrustPolicy(anchors(), mode, false), urls);
  }

  private List<Octets> anchors() throws IOException {
    return List.of(Octets.of(ca.getEncoded()));
  }

  private ChainVerdict validate(int serial, TrustPolicy trust, URI... urls) throws Exception {
    X509CertificateHolder peer =
        certificate("CN=peer.example", serial, keyPair(), Optional.empty());
    return ChainValidator.validate(
        List.of(Octets.of(peer.getEncoded())),
        trust,
        RevocationData.NONE.asking(ocsp.at(List.of(urls))),
        now);
  }

  private static String why(ChainVerdict verdict) {
    assertThat(verdict).isInstanceOf(ChainVerdict.Untrusted.class);
    return ((ChainVerdict.Untrusted) verdict).why();
  }

  private void goodRevokedAndUnknown(URI url) throws Exception {
    assertThat(validate(GOOD, Revocation.STRICT, url))
        .isEqualTo(new ChainVerdict.Trusted(List.of()));
    for (Revocation mode : List.of(Revocation.STRICT, Revocation.RELAXED)) {
      assertThat(why(validate(REVOKED, mode, url))).contains("revoked at ").contains("(OCSP)");
    }
    assertThat(why(validate(NOT_LISTED, Revocation.STRICT, url))).contains("does not know it");
    assertThat(validate(NOT_LISTED, Revocation.RELAXED, url))
        .isInstanceOfSatisfying(
            ChainVerdict.Trusted.class,
            yes ->
                assertThat(yes.remarks())
                    .singleElement()
                    .asString()
                    .contains("the OCSP response of \"CN=Root\" does not know it"));
  }

  @Test
  void delegatedResponder() throws Exception {
    try (OpensslResponder responder = serve(OCSP_SIGNING, "-ndays", "1")) {
      goodRevokedAndUnknown(responder.url());
    }
  }

  @Test
  void theCaAnswersItself() throws Exception {
    try (OpensslResponder responder = serve(CA_SIGNS, "-ndays", "1", "-resp_key_id")) {
      goodRevokedAndUnknown(responder.url());
    }
  }

  @Test
  void whoMayNotSignAnswersIsNotBelieved() throws Exception {
    responder("web", 3, KeyPurposeId.id_kp_serverAuth);
    String[] web = {"-rsigner", "web.pem", "-rkey", "web.key"};
    try (OpensslResponder responder = serve(web, "-ndays", "1")) {
      assertThat(why(validate(GOOD, Revocation.STRICT, responder.url())))
          .contains("is not the issuer's");
      assertThat(validate(REVOKED, Revocation.RELAXED, responder.url()))
          .isInstanceOf(ChainVerdict.Trusted.class);
    }
  }

  @Test
  void delegatedResponderWithoutItsCertificateIsNotBelieved() throws Exception {
    try (OpensslResponder responder = serve(OCSP_SIGNING, "-ndays", "1", "-resp_no_certs")) {
      assertThat(why(validate(GOOD, Revocation.STRICT, responder.url())))
          .contains("is not the issuer's");
    }
  }

  @Test
  void answersSignedWithSha1CountOnlyWhereSha1Does() throws Exception {
    try (OpensslResponder responder = serve(OCSP_SIGNING, "-ndays", "1", "-rmd", "sha1")) {
      assertThat(why(validate(GOOD, Revocation.STRICT, responder.url())))
          .contains("is not the issuer's");
      TrustPolicy lenient = new TrustPolicy(anchors(), Revocation.STRICT, true);
      assertThat(validate(GOOD, lenient, responder.url()))
          .isEqualTo(new ChainVerdict.Trusted(List.of()));
    }
  }

  @Test
  void anAnswerWhoseTimeIsOverDoesNotCount() throws Exception {
    try (OpensslResponder responder = serve(OCSP_SIGNING, "-nmin", "1")) {
      assertThat(validate(GOOD, Revocation.STRICT, responder.url()))
          .isEqualTo(new ChainVerdict.Trusted(List.of()));
      now = Instant.now().plus(Duration.ofMinutes(10)); // a minute, and clocks may differ by five
      assertThat(why(validate(GOOD, Revocation.STRICT, responder.url()))).contains("out of date");
      assertThat(why(validate(REVOKED, Revocation.STRICT, responder.url()))).contains("revoked at");
    }
  }

  @Test
  void anAnswerWithoutNextUpdateDoesNotCount() throws Exception {
    try (OpensslResponder responder = serve(OCSP_SIGNING)) {
      assertThat(why(validate(GOOD, Revocation.STRICT, responder.url()))).contains("out of date");
    }
  }

  @Test
  void whoDiesLeavesItToTheNext() throws Exception {
    OpensslResponder first = serve(OCSP_SIGNING, "-ndays", "1");
    try (OpensslResponder second = serve(CA_SIGNS, "-ndays", "1")) {
      first.close();
      assertThat(why(validate(GOOD, Revocation.STRICT, first.url())))
          .contains("no CRL or OCSP response of \"CN=Root\"");
      assertThat(why(validate(REVOKED, Revocation.STRICT, first.url(), second.url())))
          .contains("(OCSP)");
    }
  }

  @Test
  void whoDiesInTheMiddleOfAnAnswerLeavesItToTheNext() throws Exception {
    try (OpensslResponder responder = serve(OCSP_SIGNING, "-ndays", "1");
        CutAnswer cut = new CutAnswer(responder.url().getPort())) {
      assertThat(why(validate(GOOD, Revocation.STRICT, cut.url())))
          .contains("no CRL or OCSP response of \"CN=Root\"");
      now = now.plus(Duration.ofMinutes(1));
      assertThat(validate(GOOD, Revocation.STRICT, cut.url(), responder.url()))
          .isEqualTo(new ChainVerdict.Trusted(List.of()));
      assertThat(cut.cuts()).isEqualTo(2);
    }
  }
}
