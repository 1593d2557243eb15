package io.pollux.ike.policy;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * How the two ends of a connection prove who they are (RFC 7296 section 2.15); each in its own way.
 *
 * @param ppk what both mix into their keys besides (RFC 8784)
 */
public record AuthPolicy(Local local, Remote remote, Optional<PpkPolicy> ppk) {
  /** Without a post-quantum pre-shared key. */
  public AuthPolicy(Local local, Remote remote) {
    this(local, remote, Optional.empty());
  }

  /** Both with the same shared key. */
  public static final AuthPolicy PSK = new AuthPolicy(new Local.Psk(), new Remote.Psk());

  /** What we prove ourselves with. */
  public sealed interface Local {
    /** A shared key. */
    record Psk() implements Local {}

    /**
     * A private key, which is not here but where {@code Effect.Sign} goes.
     *
     * @param spki its public key: the name of the key
     * @param kind of that key
     * @param chain DER of our certificate and then its intermediates, for CERT payloads; empty =
     *     the public key goes as it is (RFC 7670)
     * @param schemes that we sign with, best first
     * @param sha1 whether a peer that cannot do RFC 7427 gets RSA with SHA-1 (RFC 7296 section 3.8)
     *     instead of SHA-256
     */
    record Signature(
        Octets spki, KeyKind kind, List<Octets> chain, List<SignatureScheme> schemes, boolean sha1)
        implements Local {
      public Signature {
        chain = List.copyOf(chain);
        schemes = List.copyOf(schemes);
      }
    }
  }

  /** What the peer has to prove itself with. */
  public sealed interface Remote {
    /** A shared key. */
    record Psk() implements Remote {}

    /**
     * A signature by the owner of a certificate.
     *
     * @param schemes that we accept
     */
    record Certificate(TrustPolicy trust, List<SignatureScheme> schemes) implements Remote {
      public Certificate {
        schemes = List.copyOf(schemes);
      }
    }

    /**
     * A signature by the owner of one of these keys (RFC 7670).
     *
     * @param keys SubjectPublicKeyInfos
     * @param schemes that we accept
     */
    record PublicKey(List<Octets> keys, List<SignatureScheme> schemes) implements Remote {
      public PublicKey {
        keys = List.copyOf(keys);
        schemes = List.copyOf(schemes);
      }
    }
  }

  /** Whether either end signs. */
  public boolean usesSignatures() {
    return local instanceof Local.Signature || !accepted().isEmpty();
  }

  /** The schemes that we accept of the peer; empty where it has a shared key. */
  public List<SignatureScheme> accepted() {
    return switch (remote) {
      case Remote.Psk _ -> List.of();
      case Remote.Certificate(_, var schemes) -> schemes;
      case Remote.PublicKey(_, var schemes) -> schemes;
    };
  }

  /**
   * The CAs that the peer's certificate may come from, as a CERTREQ names them: SHA-1 of the public
   * key's SubjectPublicKeyInfo (RFC 7296 section 3.7).
   */
  public List<Octets> authorities(IkeCrypto crypto) {
    return remote instanceof Remote.Certificate(var trust, _)
        ? trust.authorities(crypto)
        : List.of();
  }
}
