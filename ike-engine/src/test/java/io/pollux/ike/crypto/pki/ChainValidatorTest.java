package io.pollux.ike.crypto.pki;

import static io.pollux.ike.crypto.pki.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths, usage and revocation: RFC 5280 sections 4.2 and 6, RFC 6960, RFC 4945 section 5. */
class ChainValidatorTest {
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");
  private static final Entity MIDDLE = TestPki.request("CN=Middle", "p256#middle").ca().by(ROOT);
  private static final Instant LAST_WEEK = NOW.minusSeconds(7 * 86_400);
  private static final Instant NEXT_WEEK = NOW.plusSeconds(7 * 86_400);

  private static ChainVerdict validate(Revocation mode, RevocationData data, Entity... chain) {
    List<Octets> ders = new ArrayList<>();
    for (Entity one : chain) {
      ders.add(one.der());
    }
    return ChainValidator.validate(
        ders, new TrustPolicy(List.of(ROOT.der()), mode, false), data, NOW);
  }

  private static void trusted(Entity... chain) {
    assertThat(validate(Revocation.OFF, RevocationData.NONE, chain))
        .isEqualTo(new ChainVerdict.Trusted(List.of()));
  }

  private static void refused(String why, Entity... chain) {
    refused(why, validate(Revocation.OFF, RevocationData.NONE, chain));
  }

  private static void refused(String why, ChainVerdict verdict) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            ChainVerdict.Untrusted.class, no -> assertThat(no.why()).contains(why));
  }

  private static RevocationData crls(Octets... ders) {
    try {
      return RevocationData.of(List.of(ders), List.of());
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private static RevocationData ocsp(Octets der) {
    try {
      return RevocationData.of(List.of(), List.of(der));
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa2048", "p256", "p384", "p521", "ed25519", "ed448"})
  void section6_1PathOfOneStep(String algorithm) {
    Entity root = TestPki.ca("CN=" + algorithm, algorithm);
    Entity leaf = TestPki.gateway("gw.example", algorithm, root);
    assertThat(
            ChainValidator.validate(
                List.of(leaf.der()),
                new TrustPolicy(List.of(root.der()), Revocation.OFF, false),
                RevocationData.NONE,
                NOW))
        .isEqualTo(new ChainVerdict.Trusted(List.of()));
  }

  @Test
  void section6_1IntermediatesInAnyOrderAndStrangersAmongThem() {
    Entity deep = TestPki.request("CN=Deep", "p256#deep").ca().by(MIDDLE);
    Entity leaf = TestPki.gateway("gw.example", "p256", deep);
    Entity stranger = TestPki.ca("CN=Stranger", "p256");
    trusted(leaf, deep, MIDDLE);
    trusted(leaf, stranger, MIDDLE, deep, ROOT);
    refused("no trusted CA", leaf, MIDDLE);
  }

  @Test
  void pathThatTurnsInCirclesEnds() {
    Entity a = TestPki.request("CN=A", "p256#a").ca().by(MIDDLE);
    Entity b = TestPki.request("CN=Middle", "p256#middle").ca().by(a);
    Entity leaf = TestPki.gateway("gw.example", "p256", a);
    refused("no trusted CA", leaf, a, b);
  }

  @Test
  void section6_1_3SignatureOfAnotherKeyWithTheSameName() {
    Entity impostor = TestPki.request("CN=Root", "p256#impostor").ca().selfSigned();
    refused(
        "not signed by the key of \"CN=Root\"", TestPki.gateway("gw.example", "p256", impostor));
  }

  @Test
  void section4_1_2_5Expired() {
    Entity old = TestPki.request("CN=gw", "p256").valid(LAST_WEEK, NOW.minusSeconds(1)).by(ROOT);
    refused("certificate \"CN=gw\": it expired at 2026-06-01T11:59:59Z", old);
  }

  @Test
  void section4_1_2_5NotYetValid() {
    Entity early = TestPki.request("CN=gw", "p256").valid(NOW.plusSeconds(60), NEXT_WEEK).by(ROOT);
    refused("it is not valid before 2026-06-01T12:01:00Z", early);
  }

  @Test
  void section4_1_2_5ExpiredIntermediateAndExpiredRoot() {
    Entity middle =
        TestPki.request("CN=Old", "p256#old").ca().valid(LAST_WEEK, NOW.minusSeconds(1)).by(ROOT);
    refused("certificate \"CN=Old\": it expired", TestPki.gateway("g.e", "p256", middle), middle);
    Entity root =
        TestPki.request("CN=OldRoot", "p256#oldroot")
            .ca()
            .valid(LAST_WEEK, NOW.minusSeconds(1))
            .selfSigned();
    Entity leaf = TestPki.gateway("gw.example", "p256", root);
    refused(
        "certificate \"CN=OldRoot\": it expired",
        ChainValidator.validate(
            List.of(leaf.der()),
            new TrustPolicy(List.of(root.der()), Revocation.OFF, false),
            RevocationData.NONE,
            NOW));
  }

  @Test
  void section4_2_1_9OnlyACaMayIssue() {
    Entity notCa = TestPki.request("CN=Gate", "p256#gate").by(ROOT);
    refused("certificate \"CN=Gate\"", TestPki.gateway("gw.example", "p256", notCa), notCa);
    Entity saysNo =
        TestPki.request("CN=Gate", "p256#gate")
            .extension(Extension.basicConstraints, new BasicConstraints(false))
            .by(ROOT);
    refused("certificate \"CN=Gate\"", TestPki.gateway("gw.example", "p256", saysNo), saysNo);
  }

  @Test
  void section4_2_1_9PathLength() {
    Entity last =
        TestPki.request("CN=Last", "p256#last")
            .usage(KeyUsage.keyCertSign)
            .extension(Extension.basicConstraints, new BasicConstraints(0))
            .by(ROOT);
    Entity beyond = TestPki.request("CN=Beyond", "p256#beyond").ca().by(last);
    trusted(TestPki.gateway("gw.example", "p256", last), last);
    refused("certificate", TestPki.gateway("gw.example", "p256", beyond), last, beyond);
  }

  @Test
  void section4_2_1_3CaWithoutKeyCertSign() {
    Entity ca =
        TestPki.request("CN=Mute", "p256#mute")
            .usage(KeyUsage.cRLSign)
            .extension(Extension.basicConstraints, new BasicConstraints(true))
            .by(ROOT);
    refused("certificate \"CN=Mute\"", TestPki.gateway("gw.example", "p256", ca), ca);
  }

  @Test
  void section4_2_1_3EndEntityMustBeAllowedToSign() {
    trusted(TestPki.request("CN=gw", "p256").usage(KeyUsage.digitalSignature).by(ROOT));
    trusted(TestPki.request("CN=gw", "p256").usage(KeyUsage.nonRepudiation).by(ROOT));
    refused(
        "its key usage is neither digitalSignature nor nonRepudiation",
        TestPki.request("CN=gw", "p256").usage(KeyUsage.keyAgreement).by(ROOT));
  }

  @Test
  void section4_2_1_12PurposesThatAreNotForIke() {
    trusted(TestPki.request("CN=gw", "p256").purpose(KeyPurposeId.id_kp_serverAuth).by(ROOT));
    trusted(TestPki.request("CN=gw", "p256").purpose(KeyPurposeId.anyExtendedKeyUsage).by(ROOT));
    refused(
        "is not for IKE",
        TestPki.request("CN=gw", "p256").purpose(KeyPurposeId.id_kp_codeSigning).by(ROOT));
  }

  @Test
  void section4_2UnknownCriticalExtension() {
    refused(
        "certificate \"CN=gw\"",
        TestPki.request("CN=gw", "p256")
            .extension(
                new org.bouncycastle.asn1.ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"),
                org.bouncycastle.asn1.DERNull.INSTANCE)
            .by(ROOT));
  }

  @Test
  void section4_2_1_10NameConstraintsOfAnIntermediate() {
    Entity ca = constrained(TestPki.request("CN=Only", "p256#only")).by(ROOT);
    trusted(TestPki.gateway("gw.inside.example", "p256", ca), ca);
    refused("certificate", TestPki.gateway("gw.outside.example", "p256", ca), ca);
  }

  @Test
  void section4_2_1_10NameConstraintsOfTheRootItself() {
    Entity root = constrained(TestPki.request("CN=Narrow", "p256#narrow")).selfSigned();
    TrustPolicy trust = new TrustPolicy(List.of(root.der()), Revocation.OFF, false);
    assertThat(
            ChainValidator.validate(
                List.of(TestPki.gateway("gw.inside.example", "p256", root).der()),
                trust,
                RevocationData.NONE,
                NOW))
        .isInstanceOf(ChainVerdict.Trusted.class);
    refused(
        "certificate",
        ChainValidator.validate(
            List.of(TestPki.gateway("gw.outside.example", "p256", root).der()),
            trust,
            RevocationData.NONE,
            NOW));
  }

  private static TestPki.Request constrained(TestPki.Request request) {
    return request
        .ca()
        .extension(
            Extension.nameConstraints,
            new NameConstraints(
                new GeneralSubtree[] {
                  new GeneralSubtree(new GeneralName(GeneralName.dNSName, "inside.example"))
                },
                null));
  }

  @Test
  void weakKeysAndHashes() {
    refused("its RSA key is too short", TestPki.request("CN=gw", "rsa1024").by(ROOT));
    Entity root = TestPki.ca("CN=RsaRoot", "rsa2048");
    Entity sha1 = TestPki.request("CN=gw", "rsa2048").signedWith("SHA1withRSA").by(root);
    List<Octets> anchors = List.of(root.der());
    refused(
        "it is signed with SHA1",
        ChainValidator.validate(
            List.of(sha1.der()),
            new TrustPolicy(anchors, Revocation.OFF, false),
            RevocationData.NONE,
            NOW));
    assertThat(
            ChainValidator.validate(
                List.of(sha1.der()),
                new TrustPolicy(anchors, Revocation.OFF, true),
                RevocationData.NONE,
                NOW))
        .isInstanceOf(ChainVerdict.Trusted.class);
  }

  @Test
  void certificateThatIsAnAnchorItselfIsTrusted() {
    Entity self = TestPki.request("CN=self", "ed25519").dns("self.example").selfSigned();
    assertThat(
            ChainValidator.validate(
                List.of(self.der()),
                new TrustPolicy(List.of(self.der()), Revocation.OFF, false),
                RevocationData.NONE,
                NOW))
        .isInstanceOf(ChainVerdict.Trusted.class);
  }

  @Test
  void endEntityAsAnchorDoesNotVouchForOthers() {
    Entity self = TestPki.request("CN=self", "p256#self").selfSigned();
    Entity other = TestPki.gateway("gw.example", "p256", self);
    refused(
        "certificate \"CN=self\"",
        ChainValidator.validate(
            List.of(other.der()),
            new TrustPolicy(List.of(self.der()), Revocation.OFF, false),
            RevocationData.NONE,
            NOW));
  }

  @Test
  void section5RevokedByCrlInEveryMode() {
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    Octets crl = TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK, leaf);
    refused("revoked at", validate(Revocation.RELAXED, crls(crl), leaf));
    refused("revoked at", validate(Revocation.STRICT, crls(crl), leaf));
    assertThat(validate(Revocation.OFF, crls(crl), leaf)).isInstanceOf(ChainVerdict.Trusted.class);
  }

  @Test
  void section5RevokedIntermediate() {
    Entity leaf = TestPki.gateway("gw.example", "p256", MIDDLE);
    Octets crl = TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK, MIDDLE);
    refused("\"CN=Middle\": revoked at", validate(Revocation.RELAXED, crls(crl), leaf, MIDDLE));
  }

  @Test
  void strictNeedsACurrentListOfEveryIssuer() {
    Entity leaf = TestPki.gateway("gw.example", "p256", MIDDLE);
    Octets root = TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK);
    Octets middle = TestPki.crl(MIDDLE, LAST_WEEK, NEXT_WEEK);
    assertThat(validate(Revocation.STRICT, crls(root, middle), leaf, MIDDLE))
        .isInstanceOf(ChainVerdict.Trusted.class);
    refused(
        "no CRL or OCSP response of \"CN=Root\", and revocation is strict",
        validate(Revocation.STRICT, crls(middle), leaf, MIDDLE));
    refused(
        "out of date since",
        validate(
            Revocation.STRICT,
            crls(middle, TestPki.crl(ROOT, LAST_WEEK, NOW.minusSeconds(1))),
            leaf,
            MIDDLE));
  }

  @Test
  void relaxedRemarksWhatIsNotKnown() {
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    assertThat(validate(Revocation.RELAXED, RevocationData.NONE, leaf))
        .isInstanceOfSatisfying(
            ChainVerdict.Trusted.class,
            yes -> assertThat(yes.remarks()).singleElement().asString().contains("no CRL"));
  }

  @Test
  void listThatIsOutOfDateStillRevokes() {
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    Octets crl = TestPki.crl(ROOT, LAST_WEEK, NOW.minusSeconds(1), leaf);
    refused("revoked at", validate(Revocation.RELAXED, crls(crl), leaf));
  }

  @Test
  void section6_3_3ListOfAnotherKeyDoesNotCount() {
    Entity impostor = TestPki.request("CN=Root", "p256#impostor").ca().selfSigned();
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    Octets crl = TestPki.crl(impostor, LAST_WEEK, NEXT_WEEK);
    refused("no CRL", validate(Revocation.STRICT, crls(crl), leaf));
  }

  /** Answers from a list; remembers what was asked and what was believed. */
  private static final class Responder implements OcspSource {
    private final List<Octets> answers;
    private final List<Octets> asked = new java.util.ArrayList<>();
    private final List<Octets> believed = new java.util.ArrayList<>();

    Responder(Octets... answers) {
      this.answers = new java.util.ArrayList<>(List.of(answers));
    }

    @Override
    public java.util.Optional<Octets> ask(Octets request) {
      asked.add(request);
      return answers.isEmpty()
          ? java.util.Optional.empty()
          : java.util.Optional.of(answers.removeFirst());
    }

    @Override
    public void believed(Octets request, Octets response, java.time.Instant until) {
      assertThat(until).isEqualTo(NEXT_WEEK);
      believed.add(response);
    }
  }

  @Test
  void rfc6960Section2_1TheResponderIsAskedAboutWhatIsNotKnown() throws Exception {
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    Octets good = TestPki.ocsp(ROOT, ROOT, leaf, true, LAST_WEEK, NEXT_WEEK);
    Octets bad = TestPki.ocsp(ROOT, ROOT, leaf, false, LAST_WEEK, NEXT_WEEK);
    Responder responder = new Responder(good, bad);
    RevocationData data = RevocationData.NONE.asking(responder);
    assertThat(validate(Revocation.STRICT, data, leaf))
        .isEqualTo(new ChainVerdict.Trusted(List.of()));
    var request = new org.bouncycastle.cert.ocsp.OCSPReq(responder.asked.getFirst().toArray());
    assertThat(request.getRequestList()[0].getCertID().getSerialNumber())
        .isEqualTo(Pki.certificate(leaf.der()).getSerialNumber());
    refused("(OCSP)", validate(Revocation.RELAXED, data, leaf));
    assertThat(responder.believed).containsExactly(good, bad);
    assertThat(validate(Revocation.RELAXED, data, leaf)).isInstanceOf(ChainVerdict.Trusted.class);
    refused("no CRL or OCSP response", validate(Revocation.STRICT, data, leaf));
    int asked = responder.asked.size();
    assertThat(validate(Revocation.STRICT, ocsp(good).asking(responder), leaf))
        .isEqualTo(new ChainVerdict.Trusted(List.of()));
    validate(Revocation.OFF, data, leaf);
    assertThat(responder.asked).as("what is known needs no question").hasSize(asked);
  }

  @Test
  void rfc6960Section3_2AnAnswerThatDoesNotCountIsNotBelieved() {
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    Entity other = TestPki.gateway("other.example", "p256", ROOT);
    Entity stranger = TestPki.ca("CN=Stranger", "p256#stranger");
    Responder responder =
        new Responder(
            TestPki.ocsp(ROOT, stranger, leaf, true, LAST_WEEK, NEXT_WEEK),
            TestPki.ocsp(ROOT, ROOT, other, true, LAST_WEEK, NEXT_WEEK),
            TestPki.ocsp(ROOT, ROOT, leaf, true, LAST_WEEK, LAST_WEEK.plusSeconds(1)),
            Octets.ofHex("010203"));
    RevocationData data = RevocationData.NONE.asking(responder);
    for (String why : List.of("not the issuer's", "not the issuer's", "out of date", "OCSP")) {
      refused(why, validate(Revocation.STRICT, data, leaf));
    }
    assertThat(responder.believed).isEmpty();
    Entity foreign = TestPki.gateway("gw.example", "p256", stranger);
    int asked = responder.asked.size();
    refused("no trusted CA", validate(Revocation.STRICT, data, foreign));
    assertThat(responder.asked).as("nobody is asked about a stranger's").hasSize(asked);
  }

  @Test
  void ocspOfTheIssuer() {
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    Octets good = TestPki.ocsp(ROOT, ROOT, leaf, true, LAST_WEEK, NEXT_WEEK);
    Octets bad = TestPki.ocsp(ROOT, ROOT, leaf, false, LAST_WEEK, NEXT_WEEK);
    assertThat(validate(Revocation.STRICT, ocsp(good), leaf))
        .isInstanceOf(ChainVerdict.Trusted.class);
    refused("(OCSP)", validate(Revocation.RELAXED, ocsp(bad), leaf));
    Octets old = TestPki.ocsp(ROOT, ROOT, leaf, true, LAST_WEEK, LAST_WEEK.plusSeconds(1));
    refused("out of date", validate(Revocation.STRICT, ocsp(old), leaf));
  }

  @Test
  void rfc6960Section4_2_2_2ResponderMustBeAuthorisedByTheIssuer() {
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    Entity responder =
        TestPki.request("CN=ocsp", "p256#ocsp").purpose(KeyPurposeId.id_kp_OCSPSigning).by(ROOT);
    Entity pretender = TestPki.request("CN=ocsp", "p256#ocsp").by(ROOT);
    assertThat(
            validate(
                Revocation.STRICT,
                ocsp(TestPki.ocsp(ROOT, responder, leaf, true, LAST_WEEK, NEXT_WEEK)),
                leaf))
        .isInstanceOf(ChainVerdict.Trusted.class);
    refused(
        "strict",
        validate(
            Revocation.STRICT,
            ocsp(TestPki.ocsp(ROOT, pretender, leaf, true, LAST_WEEK, NEXT_WEEK)),
            leaf));
  }
}
