package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.pki.RevocationData.Status;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLReason;
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
  private final CrlScope scope;
  private final boolean complete;
  private final X500Principal issuer;
  private final String signatureAlgorithm;
  private final Date thisUpdate; // the library parses it whenever it is asked
  private final Optional<Date> nextUpdate;
  private volatile List<Checked> checked = List.of();
  private volatile Optional<CrlSerials> serials; // null = not asked for yet

  /** Whether a key has signed it. */
  private record Checked(PublicKey key, boolean signed) {}

  private Crl(X509CRL list, CrlScope scope) {
    Set<String> critical = list.getCriticalExtensionOIDs();
    this.list = list;
    this.scope = scope;
    this.complete = critical == null || critical.stream().allMatch(IDP::equals);
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
    X509CRL list = Pki.crl(der);
    return new Crl(list, CrlScope.read(list.getExtensionValue(IDP)));
  }

  /** Lists with equal scopes take each other's place. */
  CrlScope scope() {
    return scope;
  }

  Date thisUpdate() {
    return thisUpdate;
  }

  /** Whether it is one of {@code ca}'s own, with its signature, whatever certificates it is for. */
  boolean isOf(X509Certificate ca, boolean sha1) {
    return issuer.equals(ca.getSubjectX500Principal())
        && complete // deltas, and what we know nothing of
        && !scope.isIndirect()
        && CertificateUsage.maySignCrls(ca)
        && CertificateUsage.hashProblem(signatureAlgorithm, sha1).isEmpty()
        && isSignedBy(ca.getPublicKey());
  }

  /**
   * What it says of {@code certificate}, whose issuer's it is. The issuer gives each serial number
   * once, so an entry counts whatever the list is for, and however old it is.
   */
  Status about(X509Certificate certificate, X509Certificate ca, Date now) {
    String name = "the CRL of " + Pki.name(ca);
    try {
      X509CRLEntry entry = entry(certificate.getSerialNumber());
      if (entry != null) {
        return revoked(entry);
      }
    } catch (RuntimeException _) { // the library reads entries when they are asked for
      return new Status.Unknown(name + " cannot be read");
    }
    if (!scope.covers(certificate)) {
      return new Status.Unknown(name + " is for other certificates, or for some reasons only");
    }
    if (now.before(thisUpdate)) {
      return new Status.Unknown(name + " is from the future");
    }
    if (nextUpdate.isEmpty() || now.after(nextUpdate.get())) {
      String since = nextUpdate.map(d -> " since " + d.toInstant()).orElse("");
      return new Status.Unknown(name + " is out of date" + since);
    }
    return new Status.Good();
  }

  /** Whether a later list may leave {@code certificate} out again (section 5.3.1). */
  boolean onHold(X509Certificate certificate) {
    try {
      X509CRLEntry entry = entry(certificate.getSerialNumber());
      return entry != null && entry.getRevocationReason() == CRLReason.CERTIFICATE_HOLD;
    } catch (RuntimeException _) {
      return false;
    }
  }

  private static Status revoked(X509CRLEntry entry) {
    String reason =
        Optional.ofNullable(entry.getRevocationReason()).map(r -> " (" + r + ")").orElse("");
    return new Status.Revoked("revoked at " + entry.getRevocationDate().toInstant() + reason);
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
}
