package io.pollux.ike.sad;

import java.util.List;

/**
 * The chosen transforms of an IKE SA as IANA numbers (RFC 7296 section 3.3.2); integrity is 0 with
 * an AEAD.
 *
 * @param additional the methods of the additional key exchanges whose secrets are in its keys too
 *     (RFC 9370), ADDKE1 first; 0 for one that is left out before another
 */
public record IkeAlgorithms(
    int encryption,
    int encryptionKeyBits,
    int prf,
    int integrity,
    int keyExchange,
    List<Integer> additional) {
  public IkeAlgorithms {
    additional = List.copyOf(additional);
  }

  /** With one key exchange. */
  public IkeAlgorithms(
      int encryption, int encryptionKeyBits, int prf, int integrity, int keyExchange) {
    this(encryption, encryptionKeyBits, prf, integrity, keyExchange, List.of());
  }
}
