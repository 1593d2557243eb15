package io.pollux.netlink.testing;

import java.util.SplittableRandom;

/** Tries a law with many seeds; a failure names the seed. */
public final class Property {
  /** A law over one random case. */
  public interface Law {
    void check(SplittableRandom random) throws Exception;
  }

  private Property() {}

  public static void forAll(int cases, Law law) {
    for (long seed = 0; seed < cases; seed++) {
      try {
        law.check(new SplittableRandom(seed));
      } catch (AssertionError | Exception e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** Octets of a random length below a bound. */
  public static byte[] octets(SplittableRandom random, int bound) {
    byte[] octets = new byte[random.nextInt(bound)];
    random.nextBytes(octets);
    return octets;
  }
}
