package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Principal;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.jcajce.interfaces.BCX509Certificate;

/**
 * A certificate of Bouncy Castle whose signature is checked by the fastest provider that can (its
 * own arithmetic takes four times as long for ECDSA), and by one key once only: the search for a
 * path and RFC 5280 section 6.1 both want to know. Any thread may use it: what it remembers is true
 * for ever.
 *
 * <p>As a {@link BCX509Certificate} it shows the library what it has parsed already; from any other
 * certificate the library takes DER and parses that, several times for one path.
 */
final class CheckedCertificate extends X509Certificate implements BCX509Certificate {
  private static final long serialVersionUID = 1L;

  private final transient X509Certificate certificate;
  private final transient TBSCertificate content;
  private final transient long notBeforeMs; // the library parses both whenever it is asked
  private final transient long notAfterMs;
  private transient volatile PublicKey signer; // whose signature it is, once that is known
  private transient volatile Decoded decoded;
  private transient volatile String name;

  /** The certificate's own key as the provider has it that could check a signature with it. */
  private record Decoded(Provider provider, PublicKey key) {}

  private CheckedCertificate(X509Certificate certificate, TBSCertificate content) {
    this.certificate = certificate;
    this.content = content;
    this.notBeforeMs = CertificateTime.ms(content.getStartDate());
    this.notAfterMs = CertificateTime.ms(content.getEndDate());
  }

  /**
   * A certificate that the library has read.
   *
   * @throws CertificateException if its dates are none, or it is not one of the library's
   */
  static CheckedCertificate of(X509Certificate certificate) throws CertificateException {
    if (!(certificate instanceof BCX509Certificate library)) {
      throw new CertificateException(certificate.getClass() + " instead of the library's");
    }
    return new CheckedCertificate(certificate, library.getTBSCertificateNative());
  }

  /** The subject's name for log lines. */
  String name() {
    String known = name;
    if (known == null) {
      known =
          "\"" + DistinguishedName.text(Octets.of(getSubjectX500Principal().getEncoded())) + "\"";
      name = known;
    }
    return known;
  }

  /** Whether the key of {@code issuer} has signed it. */
  boolean isSignedBy(CheckedCertificate issuer) {
    PublicKey key = issuer.getPublicKey();
    if (isSigner(key)) {
      return true;
    }
    if (!isVerifiedFast(issuer)) {
      try {
        certificate.verify(key, Pki.PROVIDER); // Bouncy Castle has the last word
      } catch (GeneralSecurityException | RuntimeException _) {
        return false;
      }
    }
    signer = key;
    return true;
  }

  private boolean isSigner(PublicKey key) {
    PublicKey known = signer;
    return key == known || key.equals(known);
  }

  private boolean isVerifiedFast(CheckedCertificate issuer) {
    Decoded known = issuer.decoded;
    if (known != null) {
      try {
        certificate.verify(known.key, known.provider);
        return true;
      } catch (GeneralSecurityException | RuntimeException _) {
        return false;
      }
    }
    PublicKey key = issuer.getPublicKey();
    for (Provider provider : Pki.PROVIDERS) {
      try {
        PublicKey own =
            KeyFactory.getInstance(key.getAlgorithm(), provider)
                .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
        certificate.verify(own, provider);
        issuer.decoded = new Decoded(provider, own);
        return true;
      } catch (SignatureException _) {
        return false;
      } catch (GeneralSecurityException | RuntimeException _) {
        continue; // it does not know the algorithm, or the curve
      }
    }
    return false;
  }

  /** Throws if {@code key} has not signed it. */
  @Override
  public void verify(PublicKey key)
      throws CertificateException,
          NoSuchAlgorithmException,
          InvalidKeyException,
          NoSuchProviderException,
          SignatureException {
    if (!isSigner(key)) {
      certificate.verify(key, Pki.PROVIDER);
      signer = key;
    }
  }

  /** As {@link #verify(PublicKey)}: which provider, it knows itself. */
  @Override
  public void verify(PublicKey key, String provider)
      throws CertificateException,
          NoSuchAlgorithmException,
          InvalidKeyException,
          NoSuchProviderException,
          SignatureException {
    verify(key);
  }

  /** Nobody here may read a clock: {@link #checkValidity(Date)}. */
  @Override
  public void checkValidity() {
    throw new UnsupportedOperationException("the time is an argument");
  }

  @Override
  public void checkValidity(Date date)
      throws CertificateExpiredException, CertificateNotYetValidException {
    if (date.getTime() > notAfterMs) {
      throw new CertificateExpiredException("certificate expired on " + getNotAfter().toInstant());
    }
    if (date.getTime() < notBeforeMs) {
      throw new CertificateNotYetValidException(
          "certificate not valid till " + getNotBefore().toInstant());
    }
  }

  @Override
  public int getVersion() {
    return certificate.getVersion();
  }

  @Override
  public BigInteger getSerialNumber() {
    return certificate.getSerialNumber();
  }

  @Override
  @Deprecated
  public Principal getIssuerDN() {
    return certificate.getIssuerX500Principal();
  }

  @Override
  @Deprecated
  public Principal getSubjectDN() {
    return certificate.getSubjectX500Principal();
  }

  @Override
  public X500Principal getIssuerX500Principal() {
    return certificate.getIssuerX500Principal();
  }

  @Override
  public X500Principal getSubjectX500Principal() {
    return certificate.getSubjectX500Principal();
  }

  @Override
  public X500Name getIssuerX500Name() {
    return content.getIssuer();
  }

  @Override
  public X500Name getSubjectX500Name() {
    return content.getSubject();
  }

  @Override
  public TBSCertificate getTBSCertificateNative() {
    return content;
  }

  @Override
  public Date getNotBefore() {
    return new Date(notBeforeMs);
  }

  @Override
  public Date getNotAfter() {
    return new Date(notAfterMs);
  }

  @Override
  public byte[] getTBSCertificate() throws CertificateEncodingException {
    return certificate.getTBSCertificate();
  }

  @Override
  public byte[] getSignature() {
    return certificate.getSignature();
  }

  @Override
  public String getSigAlgName() {
    return certificate.getSigAlgName();
  }

  @Override
  public String getSigAlgOID() {
    return certificate.getSigAlgOID();
  }

  @Override
  public byte[] getSigAlgParams() {
    return certificate.getSigAlgParams();
  }

  @Override
  public boolean[] getIssuerUniqueID() {
    return certificate.getIssuerUniqueID();
  }

  @Override
  public boolean[] getSubjectUniqueID() {
    return certificate.getSubjectUniqueID();
  }

  @Override
  public boolean[] getKeyUsage() {
    return certificate.getKeyUsage();
  }

  @Override
  public List<String> getExtendedKeyUsage() throws CertificateParsingException {
    return certificate.getExtendedKeyUsage();
  }

  @Override
  public int getBasicConstraints() {
    return certificate.getBasicConstraints();
  }

  @Override
  public Collection<List<?>> getSubjectAlternativeNames() throws CertificateParsingException {
    return certificate.getSubjectAlternativeNames();
  }

  @Override
  public Collection<List<?>> getIssuerAlternativeNames() throws CertificateParsingException {
    return certificate.getIssuerAlternativeNames();
  }

  @Override
  public byte[] getEncoded() throws CertificateEncodingException {
    return certificate.getEncoded();
  }

  @Override
  public PublicKey getPublicKey() {
    return certificate.getPublicKey();
  }

  @Override
  public boolean hasUnsupportedCriticalExtension() {
    return certificate.hasUnsupportedCriticalExtension();
  }

  @Override
  public Set<String> getCriticalExtensionOIDs() {
    return certificate.getCriticalExtensionOIDs();
  }

  @Override
  public Set<String> getNonCriticalExtensionOIDs() {
    return certificate.getNonCriticalExtensionOIDs();
  }

  @Override
  public byte[] getExtensionValue(String oid) {
    return certificate.getExtensionValue(oid);
  }

  @Override
  public String toString() {
    return certificate.toString();
  }
}
