package io.pollux.ike.extension;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes of public values. */
final class Digests {
  private Digests() {}

  static MessageDigest sha1() {
    return of("SHA-1");
  }

  static MessageDigest sha256() {
    return of("SHA-256");
  }

  private static MessageDigest of(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java platform has both
    }
  }
}
