package io.pollux.ike.crypto.pki;

import static io.pollux.ike.crypto.pki.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.wire.Octets;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;

/** An intermediate CA as trust anchor: its own constraints count (RFC 5937 section 3). */
class AnchorConstraintsTest {
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");

  private static TestPki.Request anchor() {
    return TestPki.request("CN=Anchor", "p256#anchor");
  }

  private static ChainVerdict validate(Entity anchor, Entity... chain) {
    List<Octets> ders = Arrays.stream(chain).map(Entity::der).toList();
    TrustPolicy trust = new TrustPolicy(List.of(anchor.der()), Revocation.OFF, false);
    return ChainValidator.validate(ders, trust, RevocationData.NONE, NOW);
  }

  private static void trusted(Entity anchor, Entity... chain) {
    assertThat(validate(anchor, chain)).isEqualTo(new ChainVerdict.Trusted(List.of()));
  }

  private static void refused(String why, Entity anchor, Entity... chain) {
    assertThat(validate(anchor, chain))
        .isInstanceOfSatisfying(
            ChainVerdict.Untrusted.class, no -> assertThat(no.why()).contains(why));
  }

  private static Entity leaf(String dns, Entity issuer) {
    return TestPki.gateway(dns, "p256", issuer);
  }

  @Test
  void withoutConstraintsItVouchesForAll() {
    Entity anchor = anchor().ca().by(ROOT);
    Entity below = TestPki.request("CN=Below", "p256#below").ca().by(anchor);
    trusted(anchor, leaf("gw.example", anchor));
    trusted(anchor, leaf("gw.example", below), below);
  }

  @Test
  void section4_2_1_3ItMustBeAllowedToSignCertificates() {
    Entity anchor =
        anchor()
            .usage(KeyUsage.cRLSign)
            .extension(Extension.basicConstraints, new BasicConstraints(true))
            .by(ROOT);
    refused("its key usage is not keyCertSign", anchor, leaf("gw.example", anchor));
    Entity none = anchor().usage(KeyUsage.keyCertSign).by(ROOT);
    refused("trusted, but it is not a CA", none, leaf("gw.example", none));
  }

  @Test
  void section4_2_1_9PathLength() {
    Entity anchor =
        anchor()
            .usage(KeyUsage.keyCertSign)
            .extension(Extension.basicConstraints, new BasicConstraints(0))
            .by(ROOT);
    Entity below = TestPki.request("CN=Below", "p256#below").ca().by(anchor);
    trusted(anchor, leaf("gw.example", anchor));
    refused("1 CAs below it, and it allows 0", anchor, leaf("gw.example", below), below);
    Entity renewed = TestPki.request("CN=Anchor", "p256#renewed").ca().by(anchor);
    trusted(anchor, leaf("gw.example", renewed), renewed); // self-issued: not counted
  }

  @Test
  void section4_2_1_10NamesThatAreAllowed() {
    Entity anchor = constrained(true, new GeneralName(GeneralName.dNSName, "inside.example"));
    Entity below = TestPki.request("CN=Below", "p256#below").ca().by(anchor);
    trusted(anchor, leaf("gw.inside.example", anchor));
    trusted(anchor, leaf("gw.inside.example", below), below);
    refused("does not vouch for", anchor, leaf("gw.outside.example", anchor));
    refused("does not vouch for", anchor, leaf("gw.outside.example", below), below);
  }

  @Test
  void section4_2_1_10NamesThatAreExcluded() {
    Entity anchor = constrained(false, new GeneralName(GeneralName.dNSName, "outside.example"));
    trusted(anchor, leaf("gw.inside.example", anchor));
    refused("does not vouch for", anchor, leaf("gw.outside.example", anchor));
  }

  @Test
  void section4_2_1_10SubjectsAndMailAddressesInThem() {
    Entity names =
        constrained(true, new GeneralName(new org.bouncycastle.asn1.x500.X500Name("O=Inside")));
    trusted(names, TestPki.request("O=Inside,CN=gw", "p256").by(names));
    refused("does not vouch for", names, TestPki.request("O=Outside,CN=gw", "p256").by(names));
    Entity mail = constrained(true, new GeneralName(GeneralName.rfc822Name, "inside.example"));
    trusted(mail, TestPki.request("CN=a,E=a@inside.example", "p256").by(mail));
    refused(
        "does not vouch for", mail, TestPki.request("CN=a,E=a@outside.example", "p256").by(mail));
  }

  @Test
  void section4_2UnknownCriticalExtension() {
    ASN1ObjectIdentifier odd = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
    Entity anchor = anchor().ca().extension(odd, DERNull.INSTANCE).by(ROOT);
    refused("critical extension 1.3.6.1.4.1.99999.1", anchor, leaf("gw.example", anchor));
  }

  private static Entity constrained(boolean permitted, GeneralName name) {
    GeneralSubtree[] subtrees = {new GeneralSubtree(name)};
    return anchor()
        .ca()
        .extension(
            Extension.nameConstraints,
            new NameConstraints(permitted ? subtrees : null, permitted ? null : subtrees))
        .by(ROOT);
  }
}
