package io.pollux.ike.crypto.pki;

import static io.pollux.ike.crypto.pki.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.RevocationData.Status;
import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.junit.jupiter.api.Test;

/**
 * Which lists are for which certificates, and who is right if they differ: RFC 5280 section 6.3.
 */
class RevocationDataTest {
  private static final Entity ROOT = TestPki.ca("CN=Root, O=Org", "p256");
  private static final Instant LAST_WEEK = NOW.minusSeconds(7 * 86_400);
  private static final Instant YESTERDAY = NOW.minusSeconds(86_400);
  private static final Instant TOMORROW = NOW.plusSeconds(86_400);
  private static final Instant NEXT_WEEK = NOW.plusSeconds(7 * 86_400);
  private static final DistributionPointName FIRST = url("http://ca.example/1.crl");
  private static final DistributionPointName SECOND = url("http://ca.example/2.crl");
  private static final Entity LEAF = at(new DistributionPoint(SECOND, null, null));

  private static DistributionPointName url(String text) {
    return new DistributionPointName(
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, text)));
  }

  private static Entity at(DistributionPoint... points) {
    return TestPki.request("CN=gw", "p256#leaf")
        .extension(Extension.cRLDistributionPoints, new CRLDistPoint(points))
        .by(ROOT);
  }

  private static Octets list(DistributionPointName point, Entity... revoked) {
    return list(new IssuingDistributionPoint(point, false, false), revoked);
  }

  private static Octets list(IssuingDistributionPoint scope, Entity... revoked) {
    return TestPki.crl(
        ROOT, LAST_WEEK, NEXT_WEEK, Optional.of(scope), CRLReason.keyCompromise, revoked);
  }

  private static IssuingDistributionPoint only(boolean endEntities) {
    return new IssuingDistributionPoint(null, endEntities, !endEntities, null, false, false);
  }

  private static Octets held(Instant from, Entity... revoked) {
    return TestPki.crl(ROOT, from, NEXT_WEEK, Optional.empty(), CRLReason.certificateHold, revoked);
  }

  private static Status status(Entity of, Octets... crls) {
    return status(of, List.of(), crls);
  }

  private static Status status(Entity of, List<Octets> answers, Octets... crls) {
    try {
      return RevocationData.of(List.of(crls), answers)
          .status(Pki.certificate(of.der()), Pki.certificate(ROOT.der()), Date.from(NOW), false);
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private static void good(Status status) {
    assertThat(status).isEqualTo(new Status.Good());
  }

  private static void revoked(Status status) {
    assertThat(status).isInstanceOf(Status.Revoked.class);
  }

  private static void unknown(String why, Status status) {
    assertThat(status)
        .isInstanceOfSatisfying(Status.Unknown.class, no -> assertThat(no.story()).contains(why));
  }

  @Test
  void section6_3_3AListOfAnotherDistributionPointSaysNothingGood() {
    unknown("for other certificates", status(LEAF, list(FIRST)));
    good(status(LEAF, list(SECOND)));
    good(status(LEAF, list(FIRST), list(SECOND)));
    good(status(LEAF, list(SECOND), list(FIRST)));
    revoked(status(LEAF, list(FIRST), list(SECOND, LEAF)));
    revoked(status(LEAF, list(SECOND, LEAF), list(FIRST)));
    good(status(LEAF, TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK)));
  }

  @Test
  void section6_3_3WithStrictAShardOfOthersIsNotEnough() throws Malformed {
    TrustPolicy strict = new TrustPolicy(List.of(ROOT.der()), Revocation.STRICT, false);
    RevocationData others = RevocationData.of(List.of(list(FIRST)), List.of());
    assertThat(ChainValidator.validate(List.of(LEAF.der()), strict, others, NOW))
        .isInstanceOf(ChainVerdict.Untrusted.class);
    RevocationData own = RevocationData.of(List.of(list(SECOND)), List.of());
    assertThat(ChainValidator.validate(List.of(LEAF.der()), strict, own, NOW))
        .isInstanceOf(ChainVerdict.Trusted.class);
  }

  @Test
  void section6_3_3WhoeverHasNoDistributionPointBelongsToTheIssuersName() {
    Entity plain = TestPki.gateway("gw.example", "p256", ROOT);
    unknown("for other certificates", status(plain, list(FIRST)));
    GeneralName name = new GeneralName(new X500Name("cn=ROOT, o=org"));
    good(status(plain, list(new DistributionPointName(new GeneralNames(name)))));
    good(status(plain, list(only(true))));
    unknown("for other certificates", status(plain, list(only(false))));
  }

  @Test
  void section5_2_5NameRelativeToTheIssuer() {
    DistributionPointName relative =
        new DistributionPointName(
            DistributionPointName.NAME_RELATIVE_TO_CRL_ISSUER,
            new org.bouncycastle.asn1.DERSet(
                new org.bouncycastle.asn1.x500.AttributeTypeAndValue(
                    BCStyle.CN, new org.bouncycastle.asn1.DERUTF8String("Shard"))));
    X500Name whole = new X500Name("CN=Root, O=Org, CN=Shard");
    Entity leaf =
        at(
            new DistributionPoint(
                new DistributionPointName(new GeneralNames(new GeneralName(whole))), null, null));
    good(status(leaf, list(relative)));
    unknown("for other certificates", status(LEAF, list(relative)));
  }

  @Test
  void section4_2_1_13PointsForSomeReasonsOrOfAnotherIssuerDoNotCount() {
    ReasonFlags some = new ReasonFlags(ReasonFlags.keyCompromise);
    Entity partly = at(new DistributionPoint(SECOND, some, null));
    unknown("for other certificates", status(partly, list(SECOND)));
    GeneralNames other = new GeneralNames(new GeneralName(new X500Name("CN=Other")));
    Entity foreign = at(new DistributionPoint(SECOND, null, other));
    unknown("for other certificates", status(foreign, list(SECOND)));
    GeneralNames self = new GeneralNames(new GeneralName(ROOT.name()));
    good(status(at(new DistributionPoint(SECOND, null, self)), list(SECOND)));
    IssuingDistributionPoint reasons =
        new IssuingDistributionPoint(SECOND, false, false, some, false, false);
    unknown("for some reasons", status(LEAF, list(reasons)));
    revoked(status(LEAF, list(SECOND), list(reasons, LEAF)));
  }

  @Test
  void section5_2_5ListsForCasAndForEndEntities() {
    Entity ca =
        TestPki.request("CN=Middle", "p256#middle")
            .extension(Extension.basicConstraints, new BasicConstraints(true))
            .by(ROOT);
    IssuingDistributionPoint users = only(true);
    IssuingDistributionPoint cas = only(false);
    good(status(LEAF, list(users)));
    good(status(ca, list(cas)));
    unknown("for other certificates", status(ca, list(users)));
    unknown("for other certificates", status(LEAF, list(cas)));
  }

  @Test
  void aNewerListThatRevokesWinsOverAnOlderOneThatIsCurrent() {
    Octets old = TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK);
    Octets fresh = TestPki.crl(ROOT, YESTERDAY, NEXT_WEEK, LEAF);
    revoked(status(LEAF, old, fresh));
    revoked(status(LEAF, fresh, old));
    Octets without = TestPki.crl(ROOT, YESTERDAY, NEXT_WEEK);
    Octets with = TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK, LEAF);
    revoked(status(LEAF, without, with)); // nobody is taken off a list but from hold
    revoked(status(LEAF, with, without));
  }

  @Test
  void theNewestListDecidesWhatIsGood() {
    Octets old = TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK);
    Octets shortLived = TestPki.crl(ROOT, YESTERDAY, NOW.minusSeconds(1));
    unknown("out of date since", status(LEAF, old, shortLived));
    unknown("out of date since", status(LEAF, shortLived, old));
    Octets future = TestPki.crl(ROOT, TOMORROW, NEXT_WEEK);
    good(status(LEAF, old, future));
    good(status(LEAF, future, old));
    unknown("from the future", status(LEAF, future));
    good(status(LEAF, list(SECOND), shortLived)); // another scope
  }

  @Test
  void section5_3_1OnHoldUntilALaterListIsWithout() {
    Octets empty = TestPki.crl(ROOT, YESTERDAY, NEXT_WEEK);
    revoked(status(LEAF, held(LAST_WEEK, LEAF)));
    good(status(LEAF, held(LAST_WEEK, LEAF), empty));
    good(status(LEAF, empty, held(LAST_WEEK, LEAF)));
    revoked(status(LEAF, empty, held(NOW, LEAF)));
    revoked(status(LEAF, held(LAST_WEEK, LEAF), TestPki.crl(ROOT, TOMORROW, NEXT_WEEK)));
    revoked(status(LEAF, held(LAST_WEEK, LEAF), list(SECOND))); // a list for others
  }

  @Test
  void anOcspResponseAndAListOfWhichOneRevokes() {
    Octets fine = TestPki.ocsp(ROOT, ROOT, LEAF, true, LAST_WEEK, NEXT_WEEK);
    Octets bad = TestPki.ocsp(ROOT, ROOT, LEAF, false, YESTERDAY, NEXT_WEEK);
    Octets listed = TestPki.crl(ROOT, YESTERDAY, NEXT_WEEK, LEAF);
    Octets free = TestPki.crl(ROOT, YESTERDAY, NEXT_WEEK);
    revoked(status(LEAF, List.of(fine), listed));
    revoked(status(LEAF, List.of(bad), free));
    revoked(status(LEAF, List.of(fine, bad)));
    revoked(status(LEAF, List.of(bad, fine)));
    good(status(LEAF, List.of(fine), TestPki.crl(ROOT, LAST_WEEK, YESTERDAY)));
    good(status(LEAF, List.of(TestPki.ocsp(ROOT, ROOT, LEAF, true, LAST_WEEK, YESTERDAY)), free));
  }

  @Test
  void aListIsSignedByItsIssuerHoweverOftenItIsAsked() throws Malformed {
    Entity impostor = TestPki.request("CN=Root, O=Org", "p256#impostor").ca().selfSigned();
    RevocationData data =
        RevocationData.of(List.of(TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK)), List.of());
    CheckedCertificate leaf = Pki.certificate(LEAF.der());
    for (int i = 0; i < 2; i++) {
      good(data.status(leaf, Pki.certificate(ROOT.der()), Date.from(NOW), false));
      unknown("no CRL", data.status(leaf, Pki.certificate(impostor.der()), Date.from(NOW), false));
    }
  }
}
