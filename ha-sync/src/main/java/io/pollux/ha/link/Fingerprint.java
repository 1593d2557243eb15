package io.pollux.ha.link;

import io.pollux.ike.wire.Octets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/**
 * SHA-256 of a certificate's DER octets: how the two nodes know each other, and which of them is
 * node 0 (the smaller one).
 */
public record Fingerprint(Octets sha256) implements Comparable<Fingerprint> {
  private static final String PREFIX = "sha256:";
  private static final int OCTETS = 32;

  public Fingerprint {
    if (sha256.length() != OCTETS) {
      throw new IllegalArgumentException("a SHA-256 has 32 octets, not " + sha256.length());
    }
  }

  /** The fingerprint of a certificate. */
  public static Fingerprint of(X509Certificate certificate) throws CertificateEncodingException {
    try {
      byte[] der = certificate.getEncoded();
      return new Fingerprint(Octets.owning(MessageDigest.getInstance("SHA-256").digest(der)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /**
   * Reads {@code sha256:} and 64 hex digits.
   *
   * @throws IllegalArgumentException if it is anything else; the message says what was expected
   */
  public static Fingerprint parse(String text) {
    if (!text.matches("sha256:[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no fingerprint: expected sha256: and 64 hex digits");
    }
    return new Fingerprint(Octets.ofHex(text.substring(PREFIX.length())));
  }

  /** Equality in constant time. */
  public boolean matches(Fingerprint other) {
    return MessageDigest.isEqual(sha256.toArray(), other.sha256.toArray());
  }

  @Override
  public int compareTo(Fingerprint other) {
    return Arrays.compareUnsigned(sha256.toArray(), other.sha256.toArray());
  }

  @Override
  public String toString() {
    return PREFIX + sha256.toHex();
  }
}
