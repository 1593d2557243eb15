package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.pki.RevocationData.Status;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;

/**
 * One CRL (RFC 5280 section 5). Any thread may use it: what it remembers, by whose key it is
 * signed, is true for ever.
 */
final class RevocationList {
  private static final String IDP = Extension.issuingDistributionPoint.getId();

  private final X509CRL crl;
  private final CrlScope scope;
  private final boolean complete;
  private volatile PublicKey signer; // whose signature it is, once that is known

  private RevocationList(X509CRL crl, CrlScope scope) {
    Set<String> critical = crl.getCriticalExtensionOIDs();
    this.crl = crl;
    this.scope = scope;
    this.complete = critical == null || critical.stream().allMatch(IDP::equals);
  }

  static RevocationList read(Octets der) throws Malformed {
    X509CRL crl = Pki.crl(der);
    return new RevocationList(crl, CrlScope.read(crl.getExtensionValue(IDP)));
  }

  /** Lists with equal scopes take each other's place. */
  CrlScope scope() {
    return scope;
  }

  Date thisUpdate() {
    return crl.getThisUpdate();
  }

  /**
   * Whether it is one of {@code issuer}'s own lists, with its signature, whatever certificates it
   * is for.
   */
  boolean isOf(X509Certificate issuer, boolean sha1) {
    return crl.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
        && complete // deltas, and what we know nothing of
        && !scope.isIndirect()
        && CertificateUsage.maySignCrls(issuer)
        && CertificateUsage.hashProblem(crl.getSigAlgName(), sha1).isEmpty()
        && isSignedBy(issuer.getPublicKey());
  }

  private boolean isSignedBy(PublicKey key) {
    if (key.equals(signer)) {
      return true;
    }
    try {
      crl.verify(key, Pki.PROVIDER);
      signer = key;
      return true;
    } catch (GeneralSecurityException | RuntimeException _) {
      return false;
    }
  }

  /**
   * What it says of {@code certificate}, whose issuer's it is. The issuer gives each serial number
   * once, so an entry counts whatever the list is for, and however old it is.
   */
  Status about(X509Certificate certificate, X509Certificate issuer, Date now) {
    String name = "the CRL of " + Pki.name(issuer);
    try {
      Optional<X509CRLEntry> entry = entry(certificate);
      if (entry.isPresent()) {
        return revoked(entry.get());
      }
    } catch (RuntimeException _) { // the library reads entries when they are asked for
      return new Status.Unknown(name + " cannot be read");
    }
    if (!scope.covers(certificate)) {
      return new Status.Unknown(name + " is for other certificates, or for some reasons only");
    }
    if (now.before(crl.getThisUpdate())) {
      return new Status.Unknown(name + " is from the future");
    }
    Date next = crl.getNextUpdate();
    if (next == null || now.after(next)) {
      String since = next == null ? "" : " since " + next.toInstant();
      return new Status.Unknown(name + " is out of date" + since);
    }
    return new Status.Good();
  }

  /** Whether a later list may leave {@code certificate} out again (section 5.3.1). */
  boolean onHold(X509Certificate certificate) {
    try {
      return entry(certificate)
          .filter(e -> e.getRevocationReason() == CRLReason.CERTIFICATE_HOLD)
          .isPresent();
    } catch (RuntimeException _) {
      return false;
    }
  }

  private Optional<X509CRLEntry> entry(X509Certificate certificate) {
    return Optional.ofNullable(crl.getRevokedCertificate(certificate.getSerialNumber()));
  }

  private static Status revoked(X509CRLEntry entry) {
    String reason =
        Optional.ofNullable(entry.getRevocationReason()).map(r -> " (" + r + ")").orElse("");
    return new Status.Revoked("revoked at " + entry.getRevocationDate().toInstant() + reason);
  }
}
