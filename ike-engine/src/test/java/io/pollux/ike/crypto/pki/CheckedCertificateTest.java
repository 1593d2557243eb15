package io.pollux.ike.crypto.pki;

import static io.pollux.ike.crypto.pki.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.pki.TestPki.Entity;
import java.io.ByteArrayInputStream;
import java.security.SignatureException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.junit.jupiter.api.Test;

/** What the library sees of a certificate is what is in its octets. */
class CheckedCertificateTest {
  private static final Instant SINCE = NOW.minusSeconds(1000);
  private static final Instant UNTIL = NOW.plusSeconds(1000);
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");
  private static final Entity LEAF =
      TestPki.request("CN=gw, O=Org", "p256#leaf").dns("gw.example").valid(SINCE, UNTIL).by(ROOT);

  @Test
  void namesAndContentAreThoseOfTheOctets() throws Exception {
    CheckedCertificate checked = Pki.certificate(LEAF.der());
    assertThat(checked.getTBSCertificateNative())
        .isEqualTo(TBSCertificate.getInstance(checked.getTBSCertificate()));
    assertThat(checked.getSubjectX500Name())
        .isEqualTo(X500Name.getInstance(checked.getSubjectX500Principal().getEncoded()))
        .isEqualTo(LEAF.name());
    assertThat(checked.getIssuerX500Name())
        .isEqualTo(X500Name.getInstance(checked.getIssuerX500Principal().getEncoded()))
        .isEqualTo(ROOT.name());
    assertThat(checked.name()).isEqualTo(Pki.name(jdk(LEAF))).isSameAs(checked.name());
  }

  @Test
  void datesAreThoseOfTheOctets() throws Exception {
    CheckedCertificate checked = Pki.certificate(LEAF.der());
    assertThat(checked.getNotBefore()).isEqualTo(jdk(LEAF).getNotBefore()).isEqualTo(SINCE);
    assertThat(checked.getNotAfter()).isEqualTo(jdk(LEAF).getNotAfter()).isEqualTo(UNTIL);
    checked.checkValidity(Date.from(SINCE));
    checked.checkValidity(Date.from(UNTIL));
    assertThatThrownBy(() -> checked.checkValidity(Date.from(SINCE.minusMillis(1))))
        .isInstanceOf(CertificateNotYetValidException.class);
    assertThatThrownBy(() -> checked.checkValidity(Date.from(UNTIL.plusMillis(1))))
        .isInstanceOf(CertificateExpiredException.class);
  }

  @Test
  void whoHasSignedItIsKnownForThatKeyAlone() throws Exception {
    CheckedCertificate checked = Pki.certificate(LEAF.der());
    CheckedCertificate root = Pki.certificate(ROOT.der());
    CheckedCertificate other = Pki.certificate(TestPki.ca("CN=Root", "p256#other").der());
    assertThat(checked.isSignedBy(other)).isFalse();
    assertThat(checked.isSignedBy(root)).isTrue();
    assertThat(checked.isSignedBy(Pki.certificate(ROOT.der()))).as("the same key").isTrue();
    assertThat(checked.isSignedBy(other)).isFalse();
    checked.verify(root.getPublicKey());
    assertThatThrownBy(() -> checked.verify(other.getPublicKey()))
        .isInstanceOf(SignatureException.class);
    assertThat(checked.isSignedBy(root)).as("a refusal changes nothing").isTrue();
  }

  private static X509Certificate jdk(Entity entity) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(entity.der().toArray()));
  }
}
