package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.wire.Octets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a single certificate must be, apart from the path that it stands in. */
final class CertificateUsage {
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int NON_REPUDIATION = 1;
  private static final int CRL_SIGN = 6;

  /** Purposes that let an end take part in IKE; serverAuth is what public CAs put in. */
  private static final Set<String> PURPOSES =
      Set.of(
          "2.5.29.37.0", // anyExtendedKeyUsage
          "1.3.6.1.5.5.7.3.17", // id-kp-ipsecIKE
          "1.3.6.1.5.5.7.3.5", // id-kp-ipsecEndSystem
          "1.3.6.1.5.5.7.3.6", // id-kp-ipsecTunnel
          "1.3.6.1.5.5.7.3.7", // id-kp-ipsecUser
          "1.3.6.1.5.5.8.2.2", // iKEIntermediate
          "1.3.6.1.5.5.7.3.1", // id-kp-serverAuth
          "1.3.6.1.5.5.7.3.2"); // id-kp-clientAuth

  private CertificateUsage() {}

  /** Why the owner of {@code leaf} must not authenticate with it (RFC 4945 section 5.1.3). */
  static Optional<String> endEntityProblem(X509Certificate leaf) {
    boolean[] usage = leaf.getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
      return Optional.of("its key usage is neither digitalSignature nor nonRepudiation");
    }
    try {
      List<String> purposes = leaf.getExtendedKeyUsage();
      if (purposes != null && purposes.stream().noneMatch(PURPOSES::contains)) {
        return Optional.of("its extended key usage " + purposes + " is not for IKE");
      }
    } catch (CertificateParsingException _) {
      return Optional.of("its extended key usage cannot be read");
    }
    return keyProblem(leaf);
  }

  /** Why the key in {@code certificate} is not good enough. */
  static Optional<String> keyProblem(X509Certificate certificate) {
    Octets spki = Octets.of(certificate.getPublicKey().getEncoded());
    return KeyKind.ofSpki(spki).isPresent()
        ? Optional.empty()
        : Optional.of(
            "its "
                + certificate.getPublicKey().getAlgorithm()
                + " key is too short, too long or of a curve that is not accepted");
  }

  /** Why the time is wrong for {@code certificate}. */
  static Optional<String> timeProblem(X509Certificate certificate, Date now) {
    if (now.after(certificate.getNotAfter())) {
      return Optional.of("it expired at " + certificate.getNotAfter().toInstant());
    }
    return now.before(certificate.getNotBefore())
        ? Optional.of("it is not valid before " + certificate.getNotBefore().toInstant())
        : Optional.empty();
  }

  /** Why the signature on {@code certificate} does not count whoever made it. */
  static Optional<String> hashProblem(String algorithm, boolean sha1) {
    String name = algorithm.toUpperCase(Locale.ROOT).replace("-", "");
    boolean weak =
        name.contains("MD2")
            || name.contains("MD4")
            || name.contains("MD5")
            || (!sha1 && name.startsWith("SHA1"));
    return weak ? Optional.of("it is signed with " + algorithm) : Optional.empty();
  }

  /** Whether {@code issuer} may sign CRLs (RFC 5280 section 6.3.3 (f)). */
  static boolean maySignCrls(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    return usage == null || usage[CRL_SIGN];
  }
}
