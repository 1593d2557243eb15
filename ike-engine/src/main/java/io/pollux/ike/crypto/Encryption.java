package io.pollux.ike.crypto;

import java.util.List;
import java.util.Optional;

/**
 * Transform type 1, the encryption algorithms of IKE and ESP (RFC 7296 section 3.3.2; RFC 5282 and
 * RFC 4106 for AES-GCM; RFC 4309 for AES-CCM; RFC 7634 for ChaCha20-Poly1305; RFC 3602 for AES-CBC;
 * RFC 5930 and RFC 3686 for AES-CTR). Lengths in octets unless named otherwise.
 */
public enum Encryption {
  /** For old peers, only when asked for by {@code legacy} (RFC 8247 section 2.1: MAY). */
  ENCR_3DES(3, "DESede/CBC/NoPadding", "DESede", List.of(), 0, 8, 0, 8),
  ENCR_AES_CBC(12, "AES/CBC/NoPadding", "AES", List.of(128, 192, 256), 0, 16, 0, 16),
  /** Without integrity of its own, and its key comes with a nonce (RFC 5930 section 2). */
  ENCR_AES_CTR(13, "AES/CTR/NoPadding", "AES", List.of(128, 192, 256), 4, 8, 0, 1),
  ENCR_AES_CCM_8(14, "AES/CCM/NoPadding", "AES", List.of(128, 192, 256), 3, 8, 8, 1),
  ENCR_AES_CCM_12(15, "AES/CCM/NoPadding", "AES", List.of(128, 192, 256), 3, 8, 12, 1),
  ENCR_AES_CCM_16(16, "AES/CCM/NoPadding", "AES", List.of(128, 192, 256), 3, 8, 16, 1),
  ENCR_AES_GCM_8(18, "AES/GCM/NoPadding", "AES", List.of(128, 192, 256), 4, 8, 8, 1),
  ENCR_AES_GCM_12(19, "AES/GCM/NoPadding", "AES", List.of(128, 192, 256), 4, 8, 12, 1),
  ENCR_AES_GCM_16(20, "AES/GCM/NoPadding", "AES", List.of(128, 192, 256), 4, 8, 16, 1),
  /** No Key Length attribute: the key always has 256 bits (RFC 7634 section 2). */
  ENCR_CHACHA20_POLY1305(28, "ChaCha20-Poly1305", "ChaCha20", List.of(), 4, 8, 16, 1);

  private static final int CHACHA_KEY_BITS = 256; // of the rows without a Key Length attribute
  private static final int TRIPLE_DES_KEY_BITS = 192;

  private static final List<Encryption> ROWS = List.of(values());

  private final int number;
  private final String transformation;
  private final String keyAlgorithm;
  private final List<Integer> keyBits;
  private final int saltLength;
  private final int ivLength;
  private final int icvLength;
  private final int blockSize;

  Encryption(
      int number,
      String transformation,
      String keyAlgorithm,
      List<Integer> keyBits,
      int saltLength,
      int ivLength,
      int icvLength,
      int blockSize) {
    this.number = number;
    this.transformation = transformation;
    this.keyAlgorithm = keyAlgorithm;
    this.keyBits = keyBits;
    this.saltLength = saltLength;
    this.ivLength = ivLength;
    this.icvLength = icvLength;
    this.blockSize = blockSize;
  }

  /** The row of an IANA number. */
  public static Optional<Encryption> of(int number) {
    for (Encryption row : ROWS) {
      if (row.number == number) {
        return Optional.of(row);
      }
    }
    return Optional.empty();
  }

  /** The row of a number that was negotiated, so that it must be here. */
  public static Encryption require(int number) {
    return of(number).orElseThrow(() -> new IllegalArgumentException("ENCR " + number));
  }

  /** The IANA number. */
  public int number() {
    return number;
  }

  /** The values that the Key Length attribute may have; empty where there must be none. */
  public List<Integer> keyBits() {
    return keyBits;
  }

  public boolean isAead() {
    return icvLength > 0;
  }

  /** Keying material of one direction: the key, then the salt (RFC 4106 section 8.1). */
  public int keyMaterialLength(int negotiatedKeyBits) {
    return keyLength(negotiatedKeyBits) + saltLength;
  }

  /** The key alone. */
  public int keyLength(int negotiatedKeyBits) {
    int fixed = this == ENCR_3DES ? TRIPLE_DES_KEY_BITS : CHACHA_KEY_BITS;
    return (negotiatedKeyBits == 0 ? fixed : negotiatedKeyBits) / 8;
  }

  /** Whether an IV may be a counter; with CBC nobody must be able to foresee it. */
  public boolean takesCounterIv() {
    return blockSize == 1;
  }

  /** The part of an AEAD's or counter mode's nonce that comes from the keying material. */
  public int saltLength() {
    return saltLength;
  }

  /** The part that stands in each packet. */
  public int ivLength() {
    return ivLength;
  }

  /** Of an AEAD; 0 for the others, whose ICV is {@link Integrity#icvLength}. */
  public int icvLength() {
    return icvLength;
  }

  /** To what the plaintext is padded in IKE; 1 = not at all. */
  public int blockSize() {
    return blockSize;
  }

  String transformation() {
    return transformation;
  }

  String keyAlgorithm() {
    return keyAlgorithm;
  }
}
