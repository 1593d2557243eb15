package io.pollux.ike.sad;

/**
 * The chosen transforms of an IKE SA as IANA numbers (RFC 7296 section 3.3.2); integrity is 0 with
 * an AEAD.
 */
public record IkeAlgorithms(
    int encryption, int encryptionKeyBits, int prf, int integrity, int keyExchange) {}
