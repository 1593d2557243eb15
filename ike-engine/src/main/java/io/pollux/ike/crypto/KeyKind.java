package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * What kind of key a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) holds, as far as it may sign
 * an AUTH payload. DSA and other curves are not here: nobody gets in with them.
 */
public enum KeyKind {
  /** rsaEncryption: any RSA scheme. */
  RSA("RSA"),
  /** id-RSASSA-PSS (RFC 4055 section 1.2): PSS alone. */
  RSA_PSS("RSA"),
  ECDSA_P256("EC"),
  ECDSA_P384("EC"),
  ECDSA_P521("EC"),
  ED25519("Ed25519"),
  ED448("Ed448");

  /** Below it a key can be factored in our lifetime (RFC 8247 section 4.1.1). */
  static final int MIN_RSA_BITS = 2048;

  /** Above it a stranger's key costs us too much. */
  static final int MAX_RSA_BITS = 8192;

  private static final int MAX_EXPONENT_BITS = 33;

  private final String jca;

  KeyKind(String jca) {
    this.jca = jca;
  }

  /** The name that a {@link java.security.KeyFactory} has for it. */
  String jca() {
    return jca;
  }

  /** The kind of a DER encoded SubjectPublicKeyInfo; empty if it must not be used here. */
  public static Optional<KeyKind> ofSpki(Octets spki) {
    try {
      return of(SubjectPublicKeyInfo.getInstance(spki.toArray()));
    } catch (IllegalArgumentException | java.io.IOException | ClassCastException _) {
      return Optional.empty();
    }
  }

  private static Optional<KeyKind> of(SubjectPublicKeyInfo info) throws java.io.IOException {
    ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      return isReasonable(RSAPublicKey.getInstance(info.parsePublicKey()), RSA);
    }
    if (algorithm.equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
      return isReasonable(RSAPublicKey.getInstance(info.parsePublicKey()), RSA_PSS);
    }
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return ofCurve(info);
    }
    if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
      return Optional.of(ED25519);
    }
    return algorithm.equals(EdECObjectIdentifiers.id_Ed448) ? Optional.of(ED448) : Optional.empty();
  }

  private static Optional<KeyKind> isReasonable(RSAPublicKey key, KeyKind kind) {
    int bits = key.getModulus().bitLength();
    BigInteger e = key.getPublicExponent();
    boolean good =
        bits >= MIN_RSA_BITS
            && bits <= MAX_RSA_BITS
            && e.testBit(0)
            && e.bitLength() > 1
            && e.bitLength() <= MAX_EXPONENT_BITS;
    return good ? Optional.of(kind) : Optional.empty();
  }

  private static Optional<KeyKind> ofCurve(SubjectPublicKeyInfo info) {
    if (!(info.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve)) {
      return Optional.empty(); // explicit parameters are a way to forge keys
    }
    if (curve.equals(SECObjectIdentifiers.secp256r1)) {
      return Optional.of(ECDSA_P256);
    }
    if (curve.equals(SECObjectIdentifiers.secp384r1)) {
      return Optional.of(ECDSA_P384);
    }
    return curve.equals(SECObjectIdentifiers.secp521r1)
        ? Optional.of(ECDSA_P521)
        : Optional.empty();
  }
}
