package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Octets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Validates chains as {@link ChainValidator} does, and remembers of those that were trusted what
 * does not change: that the signatures and constraints of a path are in order. A chain that comes
 * again is asked for its dates and for revocation alone, by what is known then; another chain with
 * the same intermediates does not have these read and verified again.
 *
 * <p>A path is kept for exactly the octets of a chain and a {@link TrustPolicy}, for {@link #LIFE}
 * at most; nothing is kept of a refusal, so no stranger can put anything in. Whoever reads a new
 * configuration takes a new judge. Any thread may use it.
 */
public final class ChainJudge {
  /** How long a path is believed in. */
  public static final Duration LIFE = Duration.ofMinutes(10);

  /** Paths that are remembered; the oldest makes room. */
  public static final int MAX_PATHS = 1024;

  private static final int MAX_ISSUERS = 256;

  private final Remembered<Kept> paths;
  private final Remembered<CheckedCertificate> issuers;

  private record Kept(TrustedPath path, Instant since) {
    boolean isUsable(Instant now) {
      return !now.isBefore(since) // the clock was set back
          && now.isBefore(since.plus(LIFE))
          && path.timeProblem(now).isEmpty();
    }
  }

  /** One that remembers nothing yet. */
  public ChainJudge() {
    this(MAX_PATHS, MAX_ISSUERS);
  }

  ChainJudge(int maxPaths, int maxIssuers) {
    paths = new Remembered<>(maxPaths);
    issuers = new Remembered<>(maxIssuers);
  }

  /** As {@link ChainValidator#validate}. */
  public ChainVerdict validate(
      List<Octets> chain, TrustPolicy trust, RevocationData revocation, Instant now) {
    if (chain.isEmpty() || chain.size() > ChainValidator.MAX_CERTIFICATES) {
      return ChainValidator.validate(chain, trust, revocation, now);
    }
    Octets key = key(chain, trust);
    Optional<TrustedPath> known = known(key, now);
    if (known.isPresent()) {
      ChainVerdict verdict = known.get().verdict(trust, revocation, now);
      if (verdict instanceof ChainVerdict.Untrusted) {
        paths.forget(key);
      }
      return verdict;
    }
    ChainValidator validator = new ChainValidator(trust, revocation, now, issuers::get);
    ChainVerdict verdict = validator.validate(chain);
    if (verdict instanceof ChainVerdict.Trusted && validator.found().isPresent()) {
      TrustedPath path = validator.found().get();
      paths.put(key, new Kept(path, now));
      for (CheckedCertificate issuer : path.certificates().subList(1, path.certificates().size())) {
        issuers.put(Pki.der(issuer), issuer);
      }
    } else {
      paths.forget(key);
    }
    return verdict;
  }

  private Optional<TrustedPath> known(Octets key, Instant now) {
    return Optional.ofNullable(paths.get(key)).filter(k -> k.isUsable(now)).map(Kept::path);
  }

  /** The path that would be used for {@code chain}. */
  Optional<TrustedPath> known(List<Octets> chain, TrustPolicy trust, Instant now) {
    return known(key(chain, trust), now);
  }

  /** Paths that are remembered now. */
  int size() {
    return paths.size();
  }

  /** Intermediates that are remembered now. */
  int issuers() {
    return issuers.size();
  }

  /** The octets of each certificate and where it ends, and all that the policy says. */
  private static Octets key(List<Octets> chain, TrustPolicy trust) {
    MessageDigest digest = Pki.sha256();
    digest.update(trust.fingerprint().asBuffer());
    for (Octets der : chain) {
      Pki.add(digest, der);
    }
    return Octets.owning(digest.digest());
  }
}
