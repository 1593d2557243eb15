package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;

/**
 * A private key that can sign AUTH payloads, with the public key that others check them by. Any
 * thread may use it. Its text says the kind and nothing else.
 */
public final class SigningKey {
  private static final Octets PROBE = Octets.of(new byte[32]);
  private static final String MISMATCH = "does not belong to the public key of the certificate";

  private final KeyKind kind;
  private final Octets spki;
  private final Maker maker;

  private interface Maker {
    Octets make(SignatureScheme scheme, Octets message, SecureRandom random)
        throws GeneralSecurityException;
  }

  private SigningKey(KeyKind kind, Octets spki, Maker maker) {
    this.kind = kind;
    this.spki = spki;
    this.maker = maker;
  }

  /**
   * The key {@code pkcs8}, which belongs to the public key {@code spki}: a signature is made and
   * checked to be sure of that.
   *
   * @param pkcs8 a PrivateKeyInfo (RFC 5208); the caller wipes it
   * @param spki a SubjectPublicKeyInfo
   * @throws InvalidKeyException if they do not belong together or must not be used; the message is
   *     for the operator
   */
  public static SigningKey of(IkeCrypto crypto, Secret pkcs8, Octets spki, SecureRandom random)
      throws InvalidKeyException {
    KeyKind kind = kind(spki);
    SignatureScheme scheme =
        SignatureScheme.standard().stream().filter(s -> s.fits(kind)).findFirst().orElseThrow();
    Signatures signatures = new Signatures(crypto);
    for (Provider provider : crypto.providers()) {
      Optional<PrivateKey> key = decode(kind, pkcs8, provider);
      if (key.isPresent()) {
        SigningKey candidate = new SigningKey(kind, spki, of(key.get(), provider));
        try {
          Octets signature = candidate.sign(scheme, PROBE, random);
          if (signatures.verify(scheme, spki, PROBE, signature)) {
            return candidate;
          }
        } catch (InvalidKeyException _) {
          // This provider reads the key but cannot sign with it; the next one may.
        }
      }
    }
    throw new InvalidKeyException(MISMATCH);
  }

  /**
   * The key {@code key}, which stays where it is and belongs to the public key {@code spki}: each
   * of {@code schemes} that fits makes a signature, which is checked.
   *
   * @throws InvalidKeyException if it does not belong, or cannot sign with one of them; the message
   *     is for the operator
   */
  public static SigningKey of(
      IkeCrypto crypto,
      ForeignKey key,
      Octets spki,
      List<SignatureScheme> schemes,
      SecureRandom random)
      throws InvalidKeyException {
    SigningKey candidate =
        new SigningKey(
            kind(spki),
            spki,
            (scheme, message, _) -> ForeignSignatures.sign(crypto, key, scheme, message));
    Signatures signatures = new Signatures(crypto);
    for (SignatureScheme scheme : schemes) {
      if (scheme.fits(candidate.kind)
          && !signatures.verify(scheme, spki, PROBE, candidate.sign(scheme, PROBE, random))) {
        throw new InvalidKeyException(MISMATCH);
      }
    }
    return candidate;
  }

  private static KeyKind kind(Octets spki) throws InvalidKeyException {
    return KeyKind.ofSpki(spki)
        .orElseThrow(
            () ->
                new InvalidKeyException(
                    "expected RSA with 2048 to 8192 bits, ECDSA P-256, P-384 or P-521, Ed25519"
                        + " or Ed448"));
  }

  private static Maker of(PrivateKey key, Provider provider) {
    return (scheme, message, random) -> {
      Signature sign = Signatures.signature(scheme, provider);
      sign.initSign(key, random);
      sign.update(message.asBuffer());
      return Octets.owning(sign.sign());
    };
  }

  private static Optional<PrivateKey> decode(KeyKind kind, Secret pkcs8, Provider provider) {
    return pkcs8.use(
        octets -> {
          try {
            return Optional.of(
                KeyFactory.getInstance(kind.jca(), provider)
                    .generatePrivate(new PKCS8EncodedKeySpec(octets)));
          } catch (GeneralSecurityException | IllegalArgumentException _) {
            return Optional.empty();
          }
        });
  }

  public KeyKind kind() {
    return kind;
  }

  /** The public key as a SubjectPublicKeyInfo: the key's name in {@code Effect.Sign}. */
  public Octets spki() {
    return spki;
  }

  /**
   * The signature of {@code message}, in the form of RFC 7427.
   *
   * @throws InvalidKeyException if the key cannot sign so; the message says why
   */
  public Octets sign(SignatureScheme scheme, Octets message, SecureRandom random)
      throws InvalidKeyException {
    if (!scheme.fits(kind)) {
      throw new InvalidKeyException(kind + " does not sign with " + scheme);
    }
    try {
      return maker.make(scheme, message, random);
    } catch (GeneralSecurityException | UnsupportedOperationException e) {
      throw new InvalidKeyException("cannot sign with " + scheme + ": " + e.getMessage());
    }
  }

  @Override
  public String toString() {
    return "SigningKey(" + kind + ")";
  }
}
