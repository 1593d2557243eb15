package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * CRLs (RFC 5280 section 5) and OCSP responses (RFC 6960) that somebody has fetched. Read once,
 * used for many validations; nothing in it is believed before a CA's signature on it was checked.
 */
public final class RevocationData {
  /** Nothing is known. */
  public static final RevocationData NONE =
      new RevocationData(List.of(), List.of(), Optional.empty());

  private static final String IDP = Extension.issuingDistributionPoint.getId();

  private final List<X509CRL> crls;
  private final List<OcspAnswer> answers;
  private final Optional<OcspSource> source;

  private RevocationData(
      List<X509CRL> crls, List<OcspAnswer> answers, Optional<OcspSource> source) {
    this.crls = List.copyOf(crls);
    this.answers = List.copyOf(answers);
    this.source = source;
  }

  /** The same, with somebody to be asked about what is not known. */
  public RevocationData asking(OcspSource responder) {
    return new RevocationData(crls, answers, Optional.of(responder));
  }

  /**
   * Of DER encoded CRLs and OCSP responses.
   *
   * @throws Malformed if one of them is none
   */
  public static RevocationData of(List<Octets> crls, List<Octets> ocspResponses) throws Malformed {
    List<X509CRL> lists = new ArrayList<>();
    for (Octets der : crls) {
      lists.add(Pki.crl(der));
    }
    List<OcspAnswer> answers = new ArrayList<>();
    for (Octets der : ocspResponses) {
      answers.add(OcspAnswer.read(der));
    }
    return new RevocationData(lists, answers, Optional.empty());
  }

  /** What is known about one certificate. */
  sealed interface Status {
    record Good() implements Status {}

    record Revoked(String story) implements Status {}

    record Unknown(String story) implements Status {}
  }

  /** What is known about {@code certificate}, which {@code issuer} has signed. */
  Status status(X509Certificate certificate, X509Certificate issuer, Date now, boolean sha1) {
    Status known = new Status.Unknown("no CRL or OCSP response of " + Pki.name(issuer));
    for (OcspAnswer answer : answers) {
      Optional<Status> says = answer.about(certificate, issuer, now, sha1);
      if (says.isPresent() && !(says.get() instanceof Status.Unknown)) {
        return says.get();
      }
      known = says.orElse(known);
    }
    for (X509CRL crl : crls) {
      if (covers(crl, certificate, issuer, sha1)) {
        Status says;
        try {
          says = byCrl(crl, certificate, issuer, now);
        } catch (RuntimeException _) { // the library reads entries when they are asked for
          says = new Status.Unknown("the CRL of " + Pki.name(issuer) + " cannot be read");
        }
        if (!(says instanceof Status.Unknown)) {
          return says;
        }
        known = says;
      }
    }
    return asked(certificate, issuer, now, sha1).orElse(known);
  }

  /** Only for what has a path to a trust anchor: no stranger makes us ask. */
  private Optional<Status> asked(
      X509Certificate certificate, X509Certificate issuer, Date now, boolean sha1) {
    Optional<Octets> request = source.flatMap(_ -> OcspAnswer.request(certificate, issuer));
    Optional<Octets> response = request.flatMap(r -> source.orElseThrow().ask(r));
    if (response.isEmpty()) {
      return Optional.empty();
    }
    String name = "the OCSP response about " + Pki.name(certificate);
    try {
      OcspAnswer answer = OcspAnswer.read(response.get());
      Optional<Status> says = answer.about(certificate, issuer, now, sha1);
      if (says.isPresent() && !(says.get() instanceof Status.Unknown)) {
        source.get().believed(request.get(), response.get(), answer.until());
      }
      return says.or(() -> Optional.of(new Status.Unknown(name + " is not the issuer's")));
    } catch (Malformed wrong) {
      return Optional.of(new Status.Unknown(name + ": " + wrong.getMessage()));
    }
  }

  private static Status byCrl(
      X509CRL crl, X509Certificate certificate, X509Certificate issuer, Date now) {
    X509CRLEntry entry = crl.getRevokedCertificate(certificate.getSerialNumber());
    if (entry != null) { // however old the list is: nobody is taken off it
      return new Status.Revoked(
          "revoked at "
              + entry.getRevocationDate().toInstant()
              + Optional.ofNullable(entry.getRevocationReason())
                  .map(r -> " (" + r + ")")
                  .orElse(""));
    }
    if (now.before(crl.getThisUpdate())) {
      return new Status.Unknown("the CRL of " + Pki.name(issuer) + " is from the future");
    }
    if (crl.getNextUpdate() == null || now.after(crl.getNextUpdate())) {
      return new Status.Unknown(
          "the CRL of "
              + Pki.name(issuer)
              + " is out of date"
              + Optional.ofNullable(crl.getNextUpdate())
                  .map(d -> " since " + d.toInstant())
                  .orElse(""));
    }
    return new Status.Good();
  }

  /** Whether {@code crl} is one of {@code issuer}'s and lists certificates like this one. */
  private static boolean covers(
      X509CRL crl, X509Certificate certificate, X509Certificate issuer, boolean sha1) {
    if (!crl.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
        || !CertificateUsage.maySignCrls(issuer)
        || CertificateUsage.hashProblem(crl.getSigAlgName(), sha1).isPresent()
        || !isComplete(crl, certificate)) {
      return false;
    }
    try {
      crl.verify(issuer.getPublicKey(), Pki.PROVIDER);
      return true;
    } catch (GeneralSecurityException | RuntimeException _) {
      return false;
    }
  }

  /** Deltas, lists for some reasons and lists in another CA's name say too little. */
  private static boolean isComplete(X509CRL crl, X509Certificate certificate) {
    Set<String> critical = crl.getCriticalExtensionOIDs();
    if (critical != null && critical.stream().anyMatch(oid -> !oid.equals(IDP))) {
      return false;
    }
    byte[] idp = crl.getExtensionValue(IDP);
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
