package io.pollux.ike.engine;

import java.security.SecureRandom;

/**
 * Where randomness comes from: a method per purpose, so that in tests a new draw in one place does
 * not shift the others.
 */
public interface Entropy {
  /** 64 random bits, not zero; the engine sets the node bit. */
  long ikeSpi();

  /** 32 random bits; the engine sets the node bit and avoids reserved and used values. */
  int espSpi();

  /** {@code length} random octets (RFC 7296 section 2.10). */
  byte[] nonce(int length);

  /** Uniform in {@code [0, boundNs)}, of nanoseconds or of another unit; 0 for a bound of 0. */
  long jitterNs(long boundNs);

  /**
   * A reqid, random over the whole range and not zero (sequential ones collide in the kernel's
   * hash).
   */
  int reqid();

  /** The secret of the cookies (RFC 7296 section 2.6), 32 octets. */
  byte[] cookieSecret();

  /** For private values of key exchanges and padding. */
  SecureRandom keys();
}
