package io.pollux.ike.crypto;

import java.util.Optional;

/**
 * Transform type 4, key exchange methods (RFC 7296 section 3.3.2; RFC 3526, RFC 5903, RFC 8031).
 *
 * <p>Lengths are octets of the KE payload's data.
 */
public enum KeyExchangeMethod {
  MODP_2048(14, 256),
  MODP_3072(15, 384),
  MODP_4096(16, 512),
  ECP_256(19, 64),
  ECP_384(20, 96),
  ECP_521(21, 132),
  CURVE25519(31, 32);

  private final int number;
  private final int publicLength;

  KeyExchangeMethod(int number, int publicLength) {
    this.number = number;
    this.publicLength = publicLength;
  }

  /** The row of an IANA number; 0 (NONE) has none. */
  public static Optional<KeyExchangeMethod> of(int number) {
    for (KeyExchangeMethod row : values()) {
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

  /** Octets of a public value. */
  public int publicLength() {
    return publicLength;
  }
}
