package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * One CRL (RFC 5280 section 5). It remembers by which keys it is signed and by which it is not, and
 * which serial numbers may be on it: facts about its octets, which stay true as long as there is
 * this object. What depends on the time or on the certificate is asked for each time. Any thread
 * may use it.
 */
final class Crl {
  /** CAs of one name with different keys, as during a change of keys; the oldest makes room. */
  static final int MAX_KEYS = 8;

  private static final String IDP = Extension.issuingDistributionPoint.getId();

  private final X509CRL list;
  private final X500Principal issuer;
  private final String signatureAlgorithm;
  private final Date thisUpdate; // the library parses it whenever it is asked
  private final Optional<Date> nextUpdate;
  private volatile List<Checked> checked = List.of();
  private volatile Optional<CrlSerials> serials; // null = not asked for yet

  /** Whether a key has signed it. */
  private record Checked(PublicKey key, boolean signed) {}

  private Crl(X509CRL list) {
    this.list = list;
    this.issuer = list.getIssuerX500Principal();
    this.signatureAlgorithm = list.getSigAlgName();
    this.thisUpdate = list.getThisUpdate();
    this.nextUpdate = Optional.ofNullable(list.getNextUpdate());
  }

  /**
   * Reads a DER encoded one.
   *
   * @throws Malformed if it is none
   */
  static Crl read(Octets der) throws Malformed {
    return new Crl(Pki.crl(der));
  }

  /** Whether it is one of {@code ca}'s and lists certificates like this one. */
  boolean covers(X509Certificate certificate, X509Certificate ca, boolean sha1) {
    return issuer.equals(ca.getSubjectX500Principal())
        && CertificateUsage.maySignCrls(ca)
        && CertificateUsage.hashProblem(signatureAlgorithm, sha1).isEmpty()
        && isComplete(certificate)
        && isSignedBy(ca.getPublicKey());
  }

  /** What it says about a certificate that it covers. */
  RevocationData.Status about(X509Certificate certificate, X509Certificate ca, Date now) {
    try {
      return byEntry(entry(certificate.getSerialNumber()), ca, now);
    } catch (RuntimeException _) { // the library reads entries when they are asked for
      return new RevocationData.Status.Unknown("the CRL of " + Pki.name(ca) + " cannot be read");
    }
  }

  private RevocationData.Status byEntry(X509CRLEntry entry, X509Certificate ca, Date now) {
    if (entry != null) { // however old the list is: nobody is taken off it
      return new RevocationData.Status.Revoked(
          "revoked at "
              + entry.getRevocationDate().toInstant()
              + Optional.ofNullable(entry.getRevocationReason())
                  .map(r -> " (" + r + ")")
                  .orElse(""));
    }
    if (now.before(thisUpdate)) {
      return new RevocationData.Status.Unknown(
          "the CRL of " + Pki.name(ca) + " is from the future");
    }
    if (nextUpdate.isEmpty() || now.after(nextUpdate.get())) {
      return new RevocationData.Status.Unknown(
          "the CRL of "
              + Pki.name(ca)
              + " is out of date"
              + nextUpdate.map(d -> " since " + d.toInstant()).orElse(""));
    }
    return new RevocationData.Status.Good();
  }

  /** Null if it is not on the list. The library goes through the whole list each time. */
  private X509CRLEntry entry(BigInteger serial) {
    Optional<CrlSerials> known = serials;
    if (known == null) {
      known = CrlSerials.of(list);
      serials = known;
    }
    return known.isPresent() && !known.get().mayContain(serial)
        ? null
        : list.getRevokedCertificate(serial);
  }

  private boolean isSignedBy(PublicKey key) {
    List<Checked> known = checked;
    for (Checked one : known) {
      if (one.key == key || one.key.equals(key)) {
        return one.signed;
      }
    }
    boolean signed = verify(key);
    List<Checked> more = new ArrayList<>(known); // what another thread adds meanwhile is lost
    more.add(new Checked(key, signed));
    checked = List.copyOf(more.subList(Math.max(0, more.size() - MAX_KEYS), more.size()));
    return signed;
  }

  private boolean verify(PublicKey key) {
    try {
      list.verify(key, Pki.PROVIDER);
      return true;
    } catch (GeneralSecurityException | RuntimeException _) {
      return false;
    }
  }

  /** Keys whose verdict is remembered now. */
  int keys() {
    return checked.size();
  }

  /** Deltas, lists for some reasons and lists in another CA's name say too little. */
  private boolean isComplete(X509Certificate certificate) {
    Set<String> critical = list.getCriticalExtensionOIDs();
    if (critical != null && critical.stream().anyMatch(oid -> !oid.equals(IDP))) {
      return false;
    }
    byte[] idp = list.getExtensionValue(IDP);
    if (idp == null) {
      return true;
    }
    try {
      IssuingDistributionPoint scope =
          IssuingDistributionPoint.getInstance(JcaX509ExtensionUtils.parseExtensionValue(idp));
      boolean isCa = certificate.getBasicConstraints() >= 0;
      return !scope.isIndirectCRL()
          && scope.getOnlySomeReasons() == null
          && !scope.onlyContainsAttributeCerts()
          && !(scope.onlyContainsUserCerts() && isCa)
          && !(scope.onlyContainsCACerts() && !isCa);
    } catch (java.io.IOException | RuntimeException _) { // the many ways to refuse DER
      return false;
    }
  }
}
