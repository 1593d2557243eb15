package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * The AlgorithmIdentifiers that peers send for our {@link SignatureScheme}s: most are the octets of
 * RFC 7427 appendix A, but parameters may be NULL or absent, and defaults of PSS written or left
 * out.
 */
public final class SignatureIdentifiers {
  private SignatureIdentifiers() {}

  /** The scheme that {@code der} means. */
  public static Optional<SignatureScheme> find(Octets der) {
    Optional<SignatureScheme> exact = SignatureScheme.ofIdentifier(der);
    if (exact.isPresent()) {
      return exact;
    }
    return read(der)
        .flatMap(
            sent ->
                SignatureScheme.standard().stream()
                    .filter(s -> isSame(sent, read(s.identifier()).orElseThrow()))
                    .findFirst());
  }

  /** Its OID for a log line. */
  public static String text(Octets der) {
    return read(der).map(a -> a.getAlgorithm().getId()).orElse(der.toString());
  }

  private static boolean isSame(AlgorithmIdentifier sent, AlgorithmIdentifier ours) {
    if (!sent.getAlgorithm().equals(ours.getAlgorithm())) {
      return false;
    }
    if (sent.getAlgorithm().equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
      return isSamePss(sent, ours);
    }
    return sent.getParameters() == null || DERNull.INSTANCE.equals(sent.getParameters());
  }

  private static boolean isSamePss(AlgorithmIdentifier sent, AlgorithmIdentifier ours) {
    try {
      RSASSAPSSparams a = RSASSAPSSparams.getInstance(sent.getParameters());
      RSASSAPSSparams b = RSASSAPSSparams.getInstance(ours.getParameters());
      return a != null
          && a.getHashAlgorithm().getAlgorithm().equals(b.getHashAlgorithm().getAlgorithm())
          && a.getMaskGenAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.id_mgf1)
          && maskHash(a).equals(maskHash(b))
          && a.getSaltLength().equals(b.getSaltLength())
          && a.getTrailerField().equals(b.getTrailerField());
    } catch (RuntimeException _) { // the library's many ways to refuse a stranger's DER
      return false;
    }
  }

  private static ASN1ObjectIdentifier maskHash(RSASSAPSSparams parameters) {
    return AlgorithmIdentifier.getInstance(parameters.getMaskGenAlgorithm().getParameters())
        .getAlgorithm();
  }

  private static Optional<AlgorithmIdentifier> read(Octets der) {
    try {
      return Optional.of(AlgorithmIdentifier.getInstance(der.toArray()));
    } catch (RuntimeException _) { // the library's many ways to refuse a stranger's DER
      return Optional.empty();
    }
  }
}
