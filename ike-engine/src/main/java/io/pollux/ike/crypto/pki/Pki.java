package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** The library, behind a door that lets nothing but values and checked exceptions through. */
final class Pki {
  /** A CRL of a large CA; longer ones belong behind OCSP. */
  static final int MAX_CRL_OCTETS = 64 << 20;

  static final Provider PROVIDER = new BouncyCastleProvider();

  /** In order of speed. */
  static final List<Provider> PROVIDERS = IkeCrypto.standardProviders();

  private Pki() {}

  static MessageDigest sha256() {
    for (Provider provider : PROVIDERS) {
      try {
        return MessageDigest.getInstance("SHA-256", provider);
      } catch (NoSuchAlgorithmException _) {
        continue;
      }
    }
    throw new IllegalStateException("no provider has SHA-256");
  }

  static CheckedCertificate certificate(Octets der) throws Malformed {
    DerShape.require(der, EndEntity.MAX_OCTETS, "Certificate");
    try {
      var read =
          CertificateFactory.getInstance("X.509", PROVIDER)
              .generateCertificate(new ByteArrayInputStream(der.toArray()));
      if (read instanceof X509Certificate certificate) {
        readAll(certificate);
        return CheckedCertificate.of(certificate);
      }
      throw Malformed.syntax("Certificate", "is none");
    } catch (GeneralSecurityException | RuntimeException e) { // the many ways to refuse DER
      throw Malformed.syntax(
          "Certificate", "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  /** The library leaves much for later; what cannot be read is found out here. */
  private static void readAll(X509Certificate certificate) throws GeneralSecurityException {
    certificate.getPublicKey().getEncoded();
    certificate.getKeyUsage();
    certificate.getExtendedKeyUsage();
    certificate.getBasicConstraints();
    certificate.getSigAlgName();
    certificate.getSubjectX500Principal();
    certificate.getIssuerX500Principal();
  }

  /** Adds the length of {@code der}, at most 64 MiB, and then its octets. */
  static void add(MessageDigest digest, Octets der) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      digest.update((byte) (der.length() >> shift));
    }
    digest.update(der.asBuffer());
  }

  static X509CRL crl(Octets der) throws Malformed {
    if (der.length() > MAX_CRL_OCTETS) {
      throw Malformed.syntax("CRL", der.length() + " octets");
    }
    try {
      var read =
          CertificateFactory.getInstance("X.509", PROVIDER)
              .generateCRL(new ByteArrayInputStream(der.toArray()));
      if (read instanceof X509CRL crl) {
        crl.getIssuerX500Principal();
        crl.getThisUpdate();
        crl.getNextUpdate();
        crl.getSigAlgName();
        crl.getCriticalExtensionOIDs();
        return crl;
      }
      throw Malformed.syntax("CRL", "is none");
    } catch (GeneralSecurityException | RuntimeException e) {
      throw Malformed.syntax("CRL", "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  static Octets der(X509Certificate certificate) {
    try {
      return Octets.of(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was read has no octets", e);
    }
  }

  /** For log lines. */
  static String name(X509Certificate certificate) {
    if (certificate instanceof CheckedCertificate checked) {
      return checked.name();
    }
    return "\""
        + DistinguishedName.text(Octets.of(certificate.getSubjectX500Principal().getEncoded()))
        + "\"";
  }

  static String issuer(X509Certificate certificate) {
    return "\""
        + DistinguishedName.text(Octets.of(certificate.getIssuerX500Principal().getEncoded()))
        + "\"";
  }

  /** Whether {@code issuer} has the name that {@code certificate} was issued under. */
  static boolean names(X509Certificate issuer, X509Certificate certificate) {
    byte[] subject = issuer.getSubjectX500Principal().getEncoded();
    byte[] above = certificate.getIssuerX500Principal().getEncoded();
    if (Arrays.equals(subject, above)) {
      return true; // as nearly always; the canonical forms take long
    }
    try {
      return X500Name.getInstance(subject).equals(X500Name.getInstance(above));
    } catch (RuntimeException _) { // a name that has no canonical form
      return false;
    }
  }

  static boolean signed(X509Certificate issuer, X509Certificate certificate) {
    if (issuer instanceof CheckedCertificate above && certificate instanceof CheckedCertificate c) {
      return c.isSignedBy(above);
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException _) {
      return false;
    }
  }
}
