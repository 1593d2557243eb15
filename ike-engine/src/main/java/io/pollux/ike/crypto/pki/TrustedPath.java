package io.pollux.ike.crypto.pki;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * A way from a peer's certificate up to a trust anchor whose signatures and constraints are in
 * order (RFC 5280 section 6.1). They stay so; dates and revocation do not, and are asked for anew.
 *
 * @param certificates the peer's first, each signed by the next
 * @param anchor that has signed the last of them
 */
record TrustedPath(List<CheckedCertificate> certificates, CheckedCertificate anchor) {
  TrustedPath {
    certificates = List.copyOf(certificates);
  }

  /** Why it is not the time for one of the certificates, the anchor's own included. */
  Optional<String> timeProblem(Instant now) {
    Date date = Date.from(now);
    List<CheckedCertificate> all = new ArrayList<>(certificates);
    all.add(anchor);
    return all.stream()
        .flatMap(one -> CertificateUsage.timeProblem(one, date).map(p -> of(one, p)).stream())
        .findFirst();
  }

  /** The verdict, by what is known about revocation (RFC 5280 section 6.3). */
  ChainVerdict verdict(TrustPolicy trust, RevocationData revocation, Instant now) {
    if (trust.revocation() == Revocation.OFF) {
      return new ChainVerdict.Trusted(List.of());
    }
    Date date = Date.from(now);
    List<String> remarks = new ArrayList<>();
    for (int i = 0; i < certificates.size(); i++) {
      CheckedCertificate one = certificates.get(i);
      CheckedCertificate issuer = i + 1 < certificates.size() ? certificates.get(i + 1) : anchor;
      switch (revocation.status(one, issuer, date, trust.sha1())) {
        case RevocationData.Status.Good _ -> {}
        case RevocationData.Status.Revoked(var story) -> {
          return new ChainVerdict.Untrusted(of(one, story));
        }
        case RevocationData.Status.Unknown(var story) -> {
          if (trust.revocation() == Revocation.STRICT) {
            return new ChainVerdict.Untrusted(of(one, story) + ", and revocation is strict");
          }
          remarks.add(of(one, story));
        }
      }
    }
    return new ChainVerdict.Trusted(remarks);
  }

  private static String of(CheckedCertificate certificate, String story) {
    return "certificate " + Pki.name(certificate) + ": " + story;
  }
}
