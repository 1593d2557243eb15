package io.pollux.ike.engine;

import java.security.SecureRandom;
import java.util.Random;

/** One seeded stream per purpose. */
final class SeededEntropy implements Entropy {
  private final Random ikeSpis;
  private final Random espSpis;
  private final Random nonces;
  private final Random jitters;
  private final Random reqids;
  private final Random cookies;
  private final SecureRandom keys;

  SeededEntropy(long seed) {
    ikeSpis = new Random(seed * 31 + 1);
    espSpis = new Random(seed * 31 + 2);
    nonces = new Random(seed * 31 + 3);
    jitters = new Random(seed * 31 + 4);
    reqids = new Random(seed * 31 + 5);
    cookies = new Random(seed * 31 + 6);
    keys = new Seeded(seed * 31 + 7);
  }

  @Override
  public long ikeSpi() {
    long spi = ikeSpis.nextLong();
    return spi == 0 ? 1 : spi;
  }

  @Override
  public int espSpi() {
    return espSpis.nextInt();
  }

  @Override
  public byte[] nonce(int length) {
    return octets(nonces, length);
  }

  @Override
  public long jitterNs(long boundNs) {
    return boundNs <= 0 ? 0 : (jitters.nextLong() >>> 1) % boundNs;
  }

  @Override
  public int reqid() {
    int reqid = reqids.nextInt();
    return reqid == 0 ? 1 : reqid;
  }

  @Override
  public byte[] cookieSecret() {
    return octets(cookies, 32);
  }

  @Override
  public SecureRandom keys() {
    return keys;
  }

  private static byte[] octets(Random from, int length) {
    byte[] octets = new byte[length];
    from.nextBytes(octets);
    return octets;
  }

  /** Not secure at all, and for that reason the same each time. */
  private static final class Seeded extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final transient Random random;

    Seeded(long seed) {
      random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }

    @Override
    public String getAlgorithm() {
      return "seeded";
    }
  }
}
