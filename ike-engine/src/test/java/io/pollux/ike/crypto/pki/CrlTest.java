package io.pollux.ike.crypto.pki;

import static io.pollux.ike.crypto.pki.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V2TBSCertListGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;

/** What a CRL remembers, and what is asked for each time all the same. */
class CrlTest {
  private static final Instant LAST_WEEK = NOW.minusSeconds(7 * 86_400);
  private static final Instant NEXT_WEEK = NOW.plusSeconds(7 * 86_400);
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");
  private static final Entity LEAF = TestPki.gateway("gw.example", "p256", ROOT);
  private static final Entity OTHER = TestPki.gateway("other.example", "p256", ROOT);

  private static CheckedCertificate read(Entity entity) {
    try {
      return Pki.certificate(entity.der());
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private static BigInteger serial(Entity entity) {
    return read(entity).getSerialNumber();
  }

  private static boolean covers(Crl crl, Entity issuer) {
    return crl.isOf(read(issuer), false);
  }

  private static RevocationData.Status about(Crl crl, Entity subject, Instant now) {
    return crl.about(read(subject), read(ROOT), Date.from(now));
  }

  @Test
  void signatureIsCheckedOnceForEachKey() throws Malformed {
    Crl crl = Crl.read(TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK));
    Entity namesake = TestPki.ca("CN=Root", "p256#namesake");
    assertThat(crl.keys()).isZero();
    for (int i = 0; i < 3; i++) {
      assertThat(covers(crl, namesake)).as("signed by another key").isFalse();
      assertThat(covers(crl, ROOT)).isTrue();
      assertThat(crl.keys()).isEqualTo(2);
    }
    Entity elsewhere = TestPki.ca("CN=Elsewhere", "p256");
    assertThat(covers(crl, elsewhere)).isFalse();
    assertThat(crl.keys()).as("of another name: not even looked at").isEqualTo(2);
  }

  @Test
  void whatIsRememberedIsBoundedAndForgottenKeysAreCheckedAgain() throws Malformed {
    Crl crl = Crl.read(TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK));
    assertThat(covers(crl, ROOT)).isTrue();
    for (int i = 0; i < Crl.MAX_KEYS + 2; i++) {
      assertThat(covers(crl, TestPki.ca("CN=Root", "p256#namesake" + i))).isFalse();
    }
    assertThat(crl.keys()).isEqualTo(Crl.MAX_KEYS);
    assertThat(covers(crl, ROOT)).isTrue();
    assertThat(crl.keys()).isEqualTo(Crl.MAX_KEYS);
  }

  @Test
  void signatureKnownToBeGoodDoesNotMakeAnOldListNew() throws Malformed {
    Instant soon = NOW.plusSeconds(60);
    Crl crl = Crl.read(TestPki.crl(ROOT, NOW, soon));
    for (Instant now : List.of(NOW, soon)) {
      assertThat(covers(crl, ROOT)).isTrue();
      assertThat(about(crl, LEAF, now)).isInstanceOf(RevocationData.Status.Good.class);
    }
    unknown("out of date since", about(crl, LEAF, soon.plusMillis(1)));
    unknown("from the future", about(crl, LEAF, NOW.minusMillis(1)));
    assertThat(about(crl, LEAF, NOW)).isInstanceOf(RevocationData.Status.Good.class);
  }

  @Test
  void keyUsageHashAndScopeAreAskedForEachTime() throws Malformed {
    Crl crl = Crl.read(TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK));
    assertThat(covers(crl, ROOT)).isTrue();
    Entity noCrls =
        TestPki.request("CN=Root", "p256#CN=Root")
            .usage(org.bouncycastle.asn1.x509.KeyUsage.keyCertSign)
            .selfSigned();
    assertThat(noCrls.spki()).as("the same key").isEqualTo(ROOT.spki());
    assertThat(covers(crl, noCrls)).as("must not sign CRLs").isFalse();
  }

  @Test
  void listThatComesLaterRevokes() throws Malformed {
    ChainJudge judge = new ChainJudge();
    TrustPolicy strict = new TrustPolicy(List.of(ROOT.der()), Revocation.STRICT, false);
    List<Octets> chain = List.of(LEAF.der());
    RevocationData before =
        RevocationData.of(List.of(TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK, OTHER)), List.of());
    RevocationData after =
        RevocationData.of(List.of(TestPki.crl(ROOT, NOW, NEXT_WEEK, OTHER, LEAF)), List.of());
    for (int i = 0; i < 2; i++) {
      assertThat(judge.validate(chain, strict, before, NOW))
          .isInstanceOf(ChainVerdict.Trusted.class);
      assertThat(judge.validate(chain, strict, after, NOW))
          .isInstanceOfSatisfying(
              ChainVerdict.Untrusted.class, no -> assertThat(no.why()).contains("revoked at"));
    }
  }

  @Test
  void eachSerialOfALongListIsFoundAndNoOther() throws Exception {
    BigInteger wide = BigInteger.ONE.shiftLeft(64);
    List<ASN1Encodable> entries = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      entries.add(entry(BigInteger.valueOf(1_000_003L * i).add(wide.shiftLeft(i % 80))));
    }
    entries.add(entry(serial(LEAF)));
    entries.add(entry(serial(OTHER).add(wide))); // its last 64 bits are those of OTHER
    Crl crl = Crl.read(list(entries));
    assertThat(covers(crl, ROOT)).isTrue();
    for (int i = 0; i < 2; i++) {
      assertThat(about(crl, LEAF, NOW)).isInstanceOf(RevocationData.Status.Revoked.class);
      assertThat(about(crl, OTHER, NOW)).isInstanceOf(RevocationData.Status.Good.class);
    }
  }

  @Test
  void serialsOfNoEntriesAndOfNegativeOnes() throws Exception {
    CrlSerials none = CrlSerials.of(Pki.crl(TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK))).orElseThrow();
    assertThat(none.mayContain(serial(LEAF))).isFalse();
    List<BigInteger> listed =
        List.of(BigInteger.ZERO, BigInteger.ONE.negate(), BigInteger.ONE.shiftLeft(159));
    CrlSerials some =
        CrlSerials.of(Pki.crl(list(listed.stream().map(s -> (ASN1Encodable) entry(s)).toList())))
            .orElseThrow();
    assertThat(listed).allMatch(some::mayContain);
    assertThat(some.mayContain(BigInteger.TWO)).isFalse();
  }

  @Test
  void entryThatCannotBeReadMakesNobodyGood() throws Exception {
    Crl crl = Crl.read(list(List.of(entry(serial(LEAF)), new DERSequence(new ASN1Integer(1)))));
    assertThat(covers(crl, ROOT)).isTrue();
    for (int i = 0; i < 2; i++) {
      assertThat(about(crl, LEAF, NOW)).isInstanceOf(RevocationData.Status.Revoked.class);
      unknown("cannot be read", about(crl, OTHER, NOW));
    }
  }

  private static void unknown(String why, RevocationData.Status status) {
    assertThat(status)
        .isInstanceOfSatisfying(
            RevocationData.Status.Unknown.class, no -> assertThat(no.story()).contains(why));
  }

  private static DERSequence entry(BigInteger serial) {
    ASN1EncodableVector both = new ASN1EncodableVector();
    both.add(new ASN1Integer(serial));
    both.add(new Time(Date.from(LAST_WEEK)));
    return new DERSequence(both);
  }

  /** The root's, with entries as they are. */
  private static Octets list(List<? extends ASN1Encodable> entries) throws Exception {
    AlgorithmIdentifier algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    V2TBSCertListGenerator made = new V2TBSCertListGenerator();
    made.setSignature(algorithm);
    made.setIssuer(ROOT.name());
    made.setThisUpdate(new Time(Date.from(LAST_WEEK)));
    made.setNextUpdate(new Time(Date.from(NEXT_WEEK)));
    entries.forEach(entry -> made.addCRLEntry((DERSequence) entry));
    var body = made.generateTBSCertList();
    Signature sign = Signature.getInstance("SHA256withECDSA", Pki.PROVIDER);
    sign.initSign(ROOT.pair().getPrivate());
    sign.update(body.getEncoded(ASN1Encoding.DER));
    return Octets.owning(
        new DERSequence(new ASN1Encodable[] {body, algorithm, new DERBitString(sign.sign())})
            .getEncoded(ASN1Encoding.DER));
  }
}
