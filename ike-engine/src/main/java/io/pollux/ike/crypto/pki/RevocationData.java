package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * CRLs (RFC 5280 section 5) and OCSP responses (RFC 6960) that somebody has fetched. Read once,
 * used for many validations; nothing in it is believed before a CA's signature on it was checked.
 */
public final class RevocationData {
  /** Nothing is known. */
  public static final RevocationData NONE =
      new RevocationData(List.of(), List.of(), Optional.empty());

  private final List<Crl> crls;
  private final List<OcspAnswer> answers;
  private final Optional<OcspSource> source;

  private RevocationData(List<Crl> crls, List<OcspAnswer> answers, Optional<OcspSource> source) {
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
    List<Crl> lists = new ArrayList<>();
    for (Octets der : crls) {
      lists.add(Crl.read(der));
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
    for (Crl crl : crls) {
      if (crl.covers(certificate, issuer, sha1)) {
        Status says = crl.about(certificate, issuer, now);
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
}
