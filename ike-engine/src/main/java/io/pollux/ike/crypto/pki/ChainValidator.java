package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds and checks a path from a peer's certificate to a trust anchor (RFC 5280 section 6): dates,
 * signatures, basic constraints, key usage, name constraints, policies, revocation. A pure function
 * of what it is given; it takes milliseconds, so it does not belong on an engine's thread.
 */
public final class ChainValidator {
  /** Certificates that a peer may send. */
  public static final int MAX_CERTIFICATES = 12;

  private static final int MAX_DEPTH = 8;
  private static final int MAX_PATHS = 32;

  private final TrustPolicy trust;
  private final RevocationData revocation;
  private final Date now;
  private final List<X509Certificate> anchors = new ArrayList<>();
  private final List<X509Certificate> intermediates = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int tried;

  private ChainValidator(TrustPolicy trust, RevocationData revocation, Instant now) {
    this.trust = trust;
    this.revocation = revocation;
    this.now = Date.from(now);
  }

  /**
   * Whether {@code trust} vouches for the first of {@code chain} at the time {@code now}.
   *
   * @param chain DER as the peer sent it: its own certificate first, intermediates in any order
   * @param revocation what is known about revocation
   */
  public static ChainVerdict validate(
      List<Octets> chain, TrustPolicy trust, RevocationData revocation, Instant now) {
    if (chain.isEmpty() || chain.size() > MAX_CERTIFICATES) {
      return new ChainVerdict.Untrusted(
          chain.size() + " certificates instead of 1 to " + MAX_CERTIFICATES);
    }
    return new ChainValidator(trust, revocation, now).validate(chain);
  }

  private ChainVerdict validate(List<Octets> chain) {
    X509Certificate leaf;
    try {
      leaf = Pki.certificate(chain.getFirst());
      for (Octets der : chain.subList(1, chain.size())) {
        intermediates.add(Pki.certificate(der));
      }
      for (Octets der : trust.anchors()) {
        anchors.add(Pki.certificate(der));
      }
    } catch (Malformed e) {
      return new ChainVerdict.Untrusted(
          "a certificate of the chain cannot be used: " + e.getMessage());
    }
    Optional<String> problem =
        CertificateUsage.endEntityProblem(leaf).or(() -> CertificateUsage.timeProblem(leaf, now));
    if (problem.isPresent()) {
      return new ChainVerdict.Untrusted("certificate " + Pki.name(leaf) + ": " + problem.get());
    }
    if (anchors.stream().anyMatch(a -> Pki.der(a).equals(chain.getFirst()))) {
      return new ChainVerdict.Trusted(List.of()); // the operator has named this very certificate
    }
    return search(new ArrayList<>(List.of(leaf)))
        .orElseGet(() -> new ChainVerdict.Untrusted(story(leaf)));
  }

  private String story(X509Certificate leaf) {
    return failures.isEmpty()
        ? "no trusted CA for certificate "
            + Pki.name(leaf)
            + ": its issuer is "
            + Pki.issuer(leaf)
            + ", trusted are "
            + anchors.stream().map(Pki::name).toList()
        : String.join("; ", failures.stream().distinct().limit(3).toList());
  }

  /** Tries every way up from the last of {@code path}. */
  private Optional<ChainVerdict> search(List<X509Certificate> path) {
    X509Certificate last = path.getLast();
    for (X509Certificate anchor : anchors) {
      if (Pki.names(anchor, last) && tried++ < MAX_PATHS) {
        Optional<ChainVerdict> verdict = check(path, anchor);
        if (verdict.isPresent()) {
          return verdict;
        }
      }
    }
    if (path.size() >= MAX_DEPTH) {
      return Optional.empty();
    }
    for (X509Certificate next : intermediates) {
      boolean fits = !path.contains(next) && Pki.names(next, last) && tried++ < MAX_PATHS;
      if (fits && Pki.signed(next, last)) {
        path.add(next);
        Optional<ChainVerdict> verdict = search(path);
        if (verdict.isPresent()) {
          return verdict;
        }
        path.removeLast();
      }
    }
    return Optional.empty();
  }

  /** The verdict if this path is good, or a reason against it that ends the search. */
  private Optional<ChainVerdict> check(List<X509Certificate> path, X509Certificate anchor) {
    if (!Pki.signed(anchor, path.getLast())) {
      failures.add(
          "certificate "
              + Pki.name(path.getLast())
              + ": not signed by the key of "
              + Pki.name(anchor));
      return Optional.empty();
    }
    Optional<String> problem = problem(path, anchor);
    if (problem.isPresent()) {
      failures.add(problem.get());
      return Optional.empty();
    }
    if (trust.revocation() == Revocation.OFF) {
      return Optional.of(new ChainVerdict.Trusted(List.of()));
    }
    List<String> remarks = new ArrayList<>();
    for (int i = 0; i < path.size(); i++) {
      X509Certificate issuer = i + 1 < path.size() ? path.get(i + 1) : anchor;
      switch (revocation.status(path.get(i), issuer, now, trust.sha1())) {
        case RevocationData.Status.Good _ -> {}
        case RevocationData.Status.Revoked(var story) -> {
          return Optional.of(
              new ChainVerdict.Untrusted("certificate " + Pki.name(path.get(i)) + ": " + story));
        }
        case RevocationData.Status.Unknown(var story) -> {
          String line = "certificate " + Pki.name(path.get(i)) + ": " + story;
          if (trust.revocation() == Revocation.STRICT) {
            return Optional.of(new ChainVerdict.Untrusted(line + ", and revocation is strict"));
          }
          remarks.add(line);
        }
      }
    }
    return Optional.of(new ChainVerdict.Trusted(remarks));
  }

  private Optional<String> problem(List<X509Certificate> path, X509Certificate anchor) {
    List<X509Certificate> all = new ArrayList<>(path);
    all.add(anchor);
    for (X509Certificate certificate : all) {
      Optional<String> problem = CertificateUsage.timeProblem(certificate, now);
      if (problem.isEmpty() && certificate != anchor) {
        problem =
            CertificateUsage.keyProblem(certificate)
                .or(() -> CertificateUsage.hashProblem(certificate.getSigAlgName(), trust.sha1()));
      }
      if (problem.isPresent()) {
        return Optional.of("certificate " + Pki.name(certificate) + ": " + problem.get());
      }
    }
    return pkix(path, anchor);
  }

  /**
   * RFC 5280 section 6.1 by the library. A self-signed anchor goes in as the path's first
   * certificate too, so that its own name constraints and key usage count.
   */
  private Optional<String> pkix(List<X509Certificate> path, X509Certificate anchor) {
    List<X509Certificate> all = new ArrayList<>(path);
    TrustAnchor top = new TrustAnchor(anchor, null);
    if (Pki.names(anchor, anchor) && Pki.signed(anchor, anchor)) {
      all.add(anchor);
    } else if (anchor.getBasicConstraints() < 0) {
      return Optional.of("certificate " + Pki.name(anchor) + ": trusted, but it is not a CA");
    }
    try {
      CertPath certPath =
          CertificateFactory.getInstance("X.509", Pki.PROVIDER).generateCertPath(all);
      PKIXParameters parameters = new PKIXParameters(Set.of(top));
      parameters.setRevocationEnabled(false); // done here, with reasons in words
      parameters.setDate(now);
      CertPathValidator.getInstance("PKIX", Pki.PROVIDER).validate(certPath, parameters);
      return Optional.empty();
    } catch (CertPathValidatorException e) {
      int index = e.getIndex();
      X509Certificate bad = index >= 0 && index < all.size() ? all.get(index) : path.getFirst();
      return Optional.of("certificate " + Pki.name(bad) + ": " + e.getMessage());
    } catch (GeneralSecurityException | RuntimeException e) { // the many ways to refuse DER
      return Optional.of(
          "certificate "
              + Pki.name(path.getFirst())
              + ": its path cannot be checked: "
              + e.getMessage());
    }
  }
}
