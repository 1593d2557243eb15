package io.pollux.ike.sad;

/**
 * The chosen transforms of a Child SA as IANA numbers (RFC 7296 section 3.3.2).
 *
 * @param encryption transform type 1
 * @param encryptionKeyBits key length in bits without salt; 0 where the transform has a fixed one
 * @param integrity transform type 3; 0 with an AEAD
 * @param esn extended sequence numbers (transform type 5)
 */
public record EspAlgorithms(int encryption, int encryptionKeyBits, int integrity, boolean esn) {}
