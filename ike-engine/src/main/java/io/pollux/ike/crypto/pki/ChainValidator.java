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
import java.util.function.Function;

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
  private final Instant now;
  private final Function<Octets, CheckedCertificate> known;
  private final List<TrustPolicy.Anchor> anchors = new ArrayList<>();
  private final List<CheckedCertificate> intermediates = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int tried;
  private TrustedPath found;

  /**
   * For one chain.
   *
   * @param known certificates by their DER that have been read before; null = not that one
   */
  ChainValidator(
      TrustPolicy trust,
      RevocationData revocation,
      Instant now,
      Function<Octets, CheckedCertificate> known) {
    this.trust = trust;
    this.revocation = revocation;
    this.now = now;
    this.known = known;
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
    return new ChainValidator(trust, revocation, now, _ -> null).validate(chain);
  }

  /** The path by which the verdict was made; none if the certificate is an anchor itself. */
  Optional<TrustedPath> found() {
    return Optional.ofNullable(found);
  }

  ChainVerdict validate(List<Octets> chain) {
    CheckedCertificate leaf;
    try {
      leaf = Pki.certificate(chain.getFirst());
      for (Octets der : chain.subList(1, chain.size())) {
        CheckedCertificate before = known.apply(der);
        intermediates.add(before == null ? Pki.certificate(der) : before);
      }
      anchors.addAll(trust.read());
    } catch (Malformed e) {
      return new ChainVerdict.Untrusted(
          "a certificate of the chain cannot be used: " + e.getMessage());
    }
    Optional<String> problem =
        CertificateUsage.endEntityProblem(leaf)
            .or(() -> CertificateUsage.timeProblem(leaf, Date.from(now)));
    if (problem.isPresent()) {
      return new ChainVerdict.Untrusted("certificate " + Pki.name(leaf) + ": " + problem.get());
    }
    if (trust.anchors().contains(chain.getFirst())) {
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
            + anchors.stream().map(a -> Pki.name(a.certificate())).toList()
        : String.join("; ", failures.stream().distinct().limit(3).toList());
  }

  /** Tries every way up from the last of {@code path}. */
  private Optional<ChainVerdict> search(List<CheckedCertificate> path) {
    CheckedCertificate last = path.getLast();
    for (TrustPolicy.Anchor anchor : anchors) {
      if (Pki.names(anchor.certificate(), last) && tried++ < MAX_PATHS) {
        Optional<ChainVerdict> verdict = check(path, anchor);
        if (verdict.isPresent()) {
          return verdict;
        }
      }
    }
    if (path.size() >= MAX_DEPTH) {
      return Optional.empty();
    }
    for (CheckedCertificate next : intermediates) {
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
  private Optional<ChainVerdict> check(List<CheckedCertificate> path, TrustPolicy.Anchor anchor) {
    if (!Pki.signed(anchor.certificate(), path.getLast())) {
      failures.add(
          "certificate "
              + Pki.name(path.getLast())
              + ": not signed by the key of "
              + Pki.name(anchor.certificate()));
      return Optional.empty();
    }
    TrustedPath candidate = new TrustedPath(path, anchor.certificate());
    Optional<String> problem =
        candidate
            .timeProblem(now)
            .or(() -> path.stream().flatMap(one -> weakness(one).stream()).findFirst())
            .or(() -> pkix(path, anchor));
    if (problem.isPresent()) {
      failures.add(problem.get());
      return Optional.empty();
    }
    found = candidate;
    return Optional.of(candidate.verdict(trust, revocation, now));
  }

  private Optional<String> weakness(X509Certificate certificate) {
    return CertificateUsage.keyProblem(certificate)
        .or(() -> CertificateUsage.hashProblem(certificate.getSigAlgName(), trust.sha1()))
        .map(problem -> "certificate " + Pki.name(certificate) + ": " + problem);
  }

  /**
   * RFC 5280 section 6.1 by the library. A self-signed anchor goes in as the path's first
   * certificate too, so that its own name constraints and key usage count.
   */
  private Optional<String> pkix(List<CheckedCertificate> path, TrustPolicy.Anchor anchor) {
    CheckedCertificate own = anchor.certificate();
    List<X509Certificate> all = new ArrayList<>(path);
    TrustAnchor top = new TrustAnchor(own, null);
    if (anchor.selfSigned()) {
      all.add(own);
    } else {
      Optional<String> problem = AnchorConstraints.problem(own, path);
      if (problem.isPresent()) {
        return problem;
      }
    }
    try {
      CertPath certPath =
          CertificateFactory.getInstance("X.509", Pki.PROVIDER).generateCertPath(all);
      PKIXParameters parameters = new PKIXParameters(Set.of(top));
      parameters.setRevocationEnabled(false); // done here, with reasons in words
      parameters.setDate(Date.from(now));
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
