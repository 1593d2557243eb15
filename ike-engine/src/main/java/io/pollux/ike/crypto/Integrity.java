package io.pollux.ike.crypto;

import java.util.List;
import java.util.Optional;

/**
 * Transform type 3, integrity algorithms of IKE and ESP (RFC 7296 section 3.3.2; RFC 4868, 3566,
 * 4494).
 */
public enum Integrity {
  /** For old peers, only when asked for by {@code legacy} (RFC 8247 section 2.3: MUST-). */
  AUTH_HMAC_SHA1_96(2, "HmacSHA1", 20, 12),
  AUTH_AES_XCBC_96(5, XcbcMac.NAME, 16, 12),
  AUTH_AES_CMAC_96(8, "AESCMAC", 16, 12),
  AUTH_HMAC_SHA2_256_128(12, "HmacSHA256", 32, 16),
  AUTH_HMAC_SHA2_384_192(13, "HmacSHA384", 48, 24),
  AUTH_HMAC_SHA2_512_256(14, "HmacSHA512", 64, 32);

  private static final List<Integrity> ROWS = List.of(values());

  private final int number;
  private final String mac;
  private final int keyLength;
  private final int icvLength;

  Integrity(int number, String mac, int keyLength, int icvLength) {
    this.number = number;
    this.mac = mac;
    this.keyLength = keyLength;
    this.icvLength = icvLength;
  }

  /** The row of an IANA number; 0 (NONE) has none. */
  public static Optional<Integrity> of(int number) {
    for (Integrity row : ROWS) {
      if (row.number == number) {
        return Optional.of(row);
      }
    }
    return Optional.empty();
  }

  /** The row of a number that was negotiated, so that it must be here. */
  public static Integrity require(int number) {
    return of(number).orElseThrow(() -> new IllegalArgumentException("INTEG " + number));
  }

  /** The IANA number. */
  public int number() {
    return number;
  }

  /** Octets of SK_ai, SK_ar or an ESP integrity key. */
  public int keyLength() {
    return keyLength;
  }

  /** Octets of the Integrity Checksum Data. */
  public int icvLength() {
    return icvLength;
  }

  String mac() {
    return mac;
  }
}
