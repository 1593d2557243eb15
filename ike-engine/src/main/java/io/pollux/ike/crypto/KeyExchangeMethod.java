package io.pollux.ike.crypto;

import java.util.List;
import java.util.Optional;

/**
 * Transform type 4, key exchange methods (RFC 7296 section 3.3.2; RFC 3526, 5903, 6954, 8031;
 * draft-ietf-ipsecme-ikev2-mlkem). The additional key exchanges of RFC 9370 draw on the same list.
 *
 * <p>Lengths are octets of the KE payload's data.
 */
public enum KeyExchangeMethod {
  /** For old peers, only when asked for by {@code legacy} (RFC 8247 section 2.4: SHOULD NOT). */
  MODP_1024(2, 128, Family.MODP),
  MODP_2048(14, 256, Family.MODP),
  MODP_3072(15, 384, Family.MODP),
  MODP_4096(16, 512, Family.MODP),
  MODP_6144(17, 768, Family.MODP),
  MODP_8192(18, 1024, Family.MODP),
  ECP_256(19, 64, Family.ECP),
  ECP_384(20, 96, Family.ECP),
  ECP_521(21, 132, Family.ECP),
  BRAINPOOL_P256R1(28, 64, Family.ECP),
  BRAINPOOL_P384R1(29, 96, Family.ECP),
  BRAINPOOL_P512R1(30, 128, Family.ECP),
  CURVE25519(31, 32, Family.CURVE25519),
  CURVE448(32, 56, Family.CURVE448),
  ML_KEM_512(35, 800, Family.ML_KEM),
  ML_KEM_768(36, 1184, Family.ML_KEM),
  ML_KEM_1024(37, 1568, Family.ML_KEM);

  /** Methods that are computed alike. */
  enum Family {
    MODP,
    ECP,
    CURVE25519,
    CURVE448,
    /** A key encapsulation mechanism: the responder cannot speak first. */
    ML_KEM
  }

  private static final List<KeyExchangeMethod> ROWS = List.of(values());

  private final int number;
  private final int publicLength;
  private final Family family;

  KeyExchangeMethod(int number, int publicLength, Family family) {
    this.number = number;
    this.publicLength = publicLength;
    this.family = family;
  }

  /** The row of an IANA number; 0 (NONE) has none. */
  public static Optional<KeyExchangeMethod> of(int number) {
    for (KeyExchangeMethod row : ROWS) {
      if (row.number == number) {
        return Optional.of(row);
      }
    }
    return Optional.empty();
  }

  /** The row of a number that was negotiated, so that it must be here. */
  public static KeyExchangeMethod require(int number) {
    return of(number).orElseThrow(() -> new IllegalArgumentException("KE " + number));
  }

  /** The IANA number. */
  public int number() {
    return number;
  }

  Family family() {
    return family;
  }

  /** Octets of a public value; of a KEM the initiator's, its encapsulation key. */
  public int publicLength() {
    return publicLength;
  }
}
