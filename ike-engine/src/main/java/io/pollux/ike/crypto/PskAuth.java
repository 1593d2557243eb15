package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;

/**
 * The AUTH payload of a pre-shared key (RFC 7296 section 2.15):
 *
 * <pre>
 *   AUTH = prf( prf(Shared Secret, "Key Pad for IKEv2"), InitiatorSignedOctets or ResponderSignedOctets)
 *   InitiatorSignedOctets = RealMessage1 | NonceRData | prf(SK_pi, RestOfInitIDPayload)
 *   ResponderSignedOctets = RealMessage2 | NonceIData | prf(SK_pr, RestOfRespIDPayload)
 * </pre>
 */
public final class PskAuth {
  private static final Octets KEY_PAD =
      Octets.owning("Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII));

  private PskAuth() {}

  /**
   * What an end signs, with a key or a certificate.
   *
   * @param realMessage its own IKE_SA_INIT message as sent, header included, non-ESP marker not
   * @param otherNonce the other end's nonce data
   * @param skP its SK_pi or SK_pr
   * @param idBody its ID payload without the generic header
   * @param intAuth what IKE_INTERMEDIATE adds (RFC 9242 section 3.3.2); empty without one
   */
  public static Octets signedOctets(
      IkeCrypto crypto,
      Prf prf,
      Octets realMessage,
      Octets otherNonce,
      Secret skP,
      Octets idBody,
      Octets intAuth) {
    return Octets.concat(realMessage, otherNonce, crypto.prfOctets(prf, skP, idBody), intAuth);
  }

  /** Authentication Data over {@code signedOctets}. */
  public static Octets compute(IkeCrypto crypto, Prf prf, Secret psk, Octets signedOctets) {
    try (Secret padded = crypto.prf(prf, psk, KEY_PAD)) {
      return crypto.prfOctets(prf, padded, signedOctets);
    }
  }

  /** Whether {@code auth} is the peer's Authentication Data, compared in constant time. */
  public static boolean verify(
      IkeCrypto crypto, Prf prf, Secret psk, Octets signedOctets, Octets auth) {
    try (Secret padded = crypto.prf(prf, psk, KEY_PAD);
        Secret expected = crypto.prf(prf, padded, signedOctets)) {
      return expected.matches(auth);
    }
  }
}
