package io.pollux.agent.io;

import io.pollux.ike.engine.Entropy;
import java.security.SecureRandom;

/** The operating system's randomness. */
public final class SystemEntropy implements Entropy {
  private static final int COOKIE_SECRET_OCTETS = 32;

  private final SecureRandom random = new SecureRandom();

  @Override
  public long ikeSpi() {
    long spi;
    do {
      spi = random.nextLong();
    } while (spi == 0);
    return spi;
  }

  @Override
  public int espSpi() {
    return random.nextInt();
  }

  @Override
  public byte[] nonce(int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }

  @Override
  public long jitterNs(long boundNs) {
    return boundNs <= 0 ? 0 : random.nextLong(boundNs);
  }

  @Override
  public int reqid() {
    int reqid;
    do {
      reqid = random.nextInt();
    } while (reqid == 0);
    return reqid;
  }

  @Override
  public byte[] cookieSecret() {
    return nonce(COOKIE_SECRET_OCTETS);
  }

  @Override
  public SecureRandom keys() {
    return random;
  }
}
