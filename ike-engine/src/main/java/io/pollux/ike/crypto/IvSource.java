package io.pollux.ike.crypto;

import java.security.SecureRandom;

/**
 * Initialization vectors of one direction of one IKE SA, never the same twice under one key: for an
 * AEAD 8 octets, a 24-bit epoch and a 40-bit counter, so that two nodes that serve the same IKE SA
 * one after the other cannot meet (RFC 5282 section 3.1: the generator only has to be unique; so
 * with AES-CTR, RFC 5930 section 2); for CBC random octets (RFC 7296 section 3.14: unpredictable).
 */
public final class IvSource {
  private static final int AEAD_IV = 8;
  private static final long MAX_EPOCH = 0xff_ffffL;
  private static final long MAX_COUNTER = 0xff_ffff_ffffL;

  private final long epoch;
  private final SecureRandom random;
  private long counter;

  /**
   * A source for a reign that has sent nothing under this key yet.
   *
   * @param epoch the reign's number; its low 24 bits are used
   * @param random for CBC
   */
  public IvSource(long epoch, SecureRandom random) {
    this.epoch = epoch & MAX_EPOCH;
    this.random = random;
  }

  /** The next one. After 2^40 of them the IKE SA has no more: {@link IllegalStateException}. */
  public byte[] next(Encryption encryption) {
    byte[] iv = new byte[encryption.ivLength()];
    if (encryption.takesCounterIv()) {
      if (counter > MAX_COUNTER) {
        throw new IllegalStateException("IVs used up: the IKE SA had to be rekeyed long ago");
      }
      fill(iv, epoch << 40 | counter++);
    } else {
      random.nextBytes(iv);
    }
    return iv;
  }

  private static void fill(byte[] iv, long value) {
    for (int i = 0; i < AEAD_IV; i++) {
      iv[i] = (byte) (value >>> 8 * (AEAD_IV - 1 - i));
    }
  }
}
