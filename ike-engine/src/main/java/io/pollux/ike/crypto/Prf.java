package io.pollux.ike.crypto;

import java.util.List;
import java.util.Optional;

/**
 * Transform type 2, pseudorandom functions (RFC 7296 section 3.3.2; RFC 4868, 4434, 4615). All take
 * keys of any length, the AES ones after a step that makes 16 octets of them; the preferred key
 * length is the output's.
 */
public enum Prf {
  /** For old peers, only when asked for by {@code legacy} (RFC 8247 section 2.2: MUST-). */
  PRF_HMAC_SHA1(2, "HmacSHA1", 20),
  PRF_AES128_XCBC(4, XcbcMac.NAME, 16),
  PRF_HMAC_SHA2_256(5, "HmacSHA256", 32),
  PRF_HMAC_SHA2_384(6, "HmacSHA384", 48),
  PRF_HMAC_SHA2_512(7, "HmacSHA512", 64),
  PRF_AES128_CMAC(8, "AESCMAC", 16);

  private static final List<Prf> ROWS = List.of(values());

  private final int number;
  private final String mac;
  private final int length;

  Prf(int number, String mac, int length) {
    this.number = number;
    this.mac = mac;
    this.length = length;
  }

  /** The row of an IANA number. */
  public static Optional<Prf> of(int number) {
    for (Prf row : ROWS) {
      if (row.number == number) {
        return Optional.of(row);
      }
    }
    return Optional.empty();
  }

  /** The row of a number that was negotiated, so that it must be here. */
  public static Prf require(int number) {
    return of(number).orElseThrow(() -> new IllegalArgumentException("PRF " + number));
  }

  /** The IANA number. */
  public int number() {
    return number;
  }

  /** Octets of its output, and of the keys SK_d, SK_pi and SK_pr. */
  public int length() {
    return length;
  }

  /** Whether SKEYSEED takes 8 octets of each nonce alone (RFC 7296 section 2.14). */
  boolean cutsNonces() {
    return this == PRF_AES128_XCBC || this == PRF_AES128_CMAC;
  }

  String mac() {
    return mac;
  }
}
