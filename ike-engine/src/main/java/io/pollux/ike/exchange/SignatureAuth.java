package io.pollux.ike.exchange;

import io.pollux.ike.crypto.EcdsaForm;
import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.SignatureIdentifiers;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/**
 * Signatures in AUTH payloads:
 *
 * <pre>
 *   14        | ASN.1 length (1) | AlgorithmIdentifier | signature |       RFC 7427 section 3
 *   1         | RSASSA-PKCS1-v1_5 signature |                              RFC 7296 section 3.8
 *   9, 10, 11 | r | s |  of P-256, P-384, P-521 with their own hash        RFC 4754 section 7
 * </pre>
 */
final class SignatureAuth {
  private static final int ECDSA_256 = 9;
  private static final int ECDSA_384 = 10;
  private static final int ECDSA_521 = 11;
  private static final int NULL = 13;

  private SignatureAuth() {}

  /** What an AUTH payload claims: any of the schemes may be the one, the hash is not said. */
  sealed interface Claim {
    record Signed(List<SignatureScheme> schemes, Octets signature) implements Claim {}

    record Refused(String story) implements Claim {}
  }

  /** Digital Signature, RFC 7427. */
  static AuthPayload digital(SignatureScheme scheme, Octets signature) {
    Octets identifier = scheme.identifier();
    WireWriter out = new WireWriter().u8(identifier.length()).octets(identifier).octets(signature);
    return new AuthPayload(AuthPayload.DIGITAL_SIGNATURE, out.toOctets());
  }

  /** The scheme of the older methods for a key of {@code kind}. */
  static Optional<SignatureScheme> olderScheme(KeyKind kind, boolean sha1) {
    return switch (kind) {
      case RSA ->
          Optional.of(sha1 ? SignatureScheme.RSA_PKCS1_SHA1 : SignatureScheme.RSA_PKCS1_SHA256);
      case ECDSA_P256 -> Optional.of(SignatureScheme.ECDSA_SHA256);
      case ECDSA_P384 -> Optional.of(SignatureScheme.ECDSA_SHA384);
      case ECDSA_P521 -> Optional.of(SignatureScheme.ECDSA_SHA512);
      case RSA_PSS, ED25519, ED448 -> Optional.empty();
    };
  }

  /** The payload of one of the older methods. */
  static AuthPayload older(KeyKind kind, Octets signature) {
    int method =
        switch (kind) {
          case RSA -> AuthPayload.RSA_DIGITAL_SIGNATURE;
          case ECDSA_P256 -> ECDSA_256;
          case ECDSA_P384 -> ECDSA_384;
          case ECDSA_P521 -> ECDSA_521;
          case RSA_PSS, ED25519, ED448 ->
              throw new IllegalArgumentException(kind + " has no older method");
        };
    return new AuthPayload(
        method, kind == KeyKind.RSA ? signature : EcdsaForm.toRaw(kind, signature));
  }

  /**
   * Reads what the peer sent.
   *
   * @param hashes that both sides have announced to each other (RFC 7427 section 4); empty = not
   *     both have announced any
   * @param kind of the peer's key
   * @param accepted by the connection
   * @param sha1 whether RSA with SHA-1 is
   */
  static Claim read(
      AuthPayload auth,
      List<Integer> hashes,
      KeyKind kind,
      List<SignatureScheme> accepted,
      boolean sha1) {
    return switch (auth.method()) {
      case AuthPayload.DIGITAL_SIGNATURE -> readDigital(auth.data(), hashes, kind, accepted);
      case AuthPayload.RSA_DIGITAL_SIGNATURE, ECDSA_256, ECDSA_384, ECDSA_521 ->
          hashes.isEmpty()
              ? readOlder(auth, kind, accepted, sha1)
              : new Claim.Refused(
                  "it used Auth Method "
                      + auth.method()
                      + " although both sides have sent SIGNATURE_HASH_ALGORITHMS");
      default -> new Claim.Refused(noSignature(auth).orElseThrow());
    };
  }

  /** Why {@code auth} is no signature; empty if it may be one. */
  static Optional<String> noSignature(AuthPayload auth) {
    return switch (auth.method()) {
      case AuthPayload.DIGITAL_SIGNATURE,
          AuthPayload.RSA_DIGITAL_SIGNATURE,
          ECDSA_256,
          ECDSA_384,
          ECDSA_521 ->
          Optional.empty();
      case AuthPayload.SHARED_KEY_MESSAGE_INTEGRITY_CODE ->
          Optional.of("it used a shared key, and this connection wants a signature");
      case NULL -> Optional.of("it used NULL authentication, which is never accepted");
      default -> Optional.of("it used the unknown Auth Method " + auth.method());
    };
  }

  private static Claim readDigital(
      Octets data, List<Integer> hashes, KeyKind kind, List<SignatureScheme> accepted) {
    if (hashes.isEmpty()) {
      return new Claim.Refused("Digital Signature without SIGNATURE_HASH_ALGORITHMS of both sides");
    }
    int length = data.isEmpty() ? 0 : data.at(0);
    if (length == 0 || data.length() <= 1 + length) {
      return new Claim.Refused("AUTH payload with a cut AlgorithmIdentifier");
    }
    Octets identifier = data.slice(1, 1 + length);
    Optional<SignatureScheme> scheme = SignatureIdentifiers.find(identifier);
    if (scheme.isEmpty()) {
      return new Claim.Refused(
          "its signature algorithm "
              + SignatureIdentifiers.text(identifier)
              + " is not supported, or uses a hash that is not accepted");
    }
    if (!hashes.contains(scheme.get().hash())) {
      return new Claim.Refused(
          "it signed with " + scheme.get() + ", whose hash was not in SIGNATURE_HASH_ALGORITHMS");
    }
    if (!accepted.contains(scheme.get())) {
      return new Claim.Refused("it signed with " + scheme.get() + ", accepted are " + accepted);
    }
    if (!scheme.get().fits(kind)) {
      return new Claim.Refused("it signed with " + scheme.get() + ", and its key is " + kind);
    }
    return new Claim.Signed(List.of(scheme.get()), data.slice(1 + length, data.length()));
  }

  private static Claim readOlder(
      AuthPayload auth, KeyKind kind, List<SignatureScheme> accepted, boolean sha1) {
    boolean rsa = auth.method() == AuthPayload.RSA_DIGITAL_SIGNATURE;
    if (rsa && kind == KeyKind.RSA) {
      List<SignatureScheme> schemes =
          List.of(
                  SignatureScheme.RSA_PKCS1_SHA256,
                  SignatureScheme.RSA_PKCS1_SHA384,
                  SignatureScheme.RSA_PKCS1_SHA512,
                  SignatureScheme.RSA_PKCS1_SHA1)
              .stream()
              .filter(s -> s == SignatureScheme.RSA_PKCS1_SHA1 ? sha1 : accepted.contains(s))
              .toList();
      return new Claim.Signed(schemes, auth.data());
    }
    KeyKind wanted =
        switch (auth.method()) {
          case ECDSA_256 -> KeyKind.ECDSA_P256;
          case ECDSA_384 -> KeyKind.ECDSA_P384;
          default -> KeyKind.ECDSA_P521;
        };
    if (rsa || kind != wanted) {
      return new Claim.Refused("it used Auth Method " + auth.method() + ", and its key is " + kind);
    }
    SignatureScheme scheme = olderScheme(kind, false).orElseThrow();
    if (!accepted.contains(scheme)) {
      return new Claim.Refused("it signed with " + scheme + ", accepted are " + accepted);
    }
    return EcdsaForm.toDer(kind, auth.data())
        .<Claim>map(der -> new Claim.Signed(List.of(scheme), der))
        .orElseGet(
            () -> new Claim.Refused("ECDSA signature of " + auth.data().length() + " octets"));
  }
}
