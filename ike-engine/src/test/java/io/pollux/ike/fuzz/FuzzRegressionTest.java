package io.pollux.ike.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every parser of foreign octets over its committed corpus, which coverage-guided runs ({@code
 * ./dev fuzz}) have found, and over mutations of it: a value or Malformed, nothing else.
 */
class FuzzRegressionTest {
  private static final int ROUNDS = Integer.getInteger("pollux.fuzz.rounds", 4000);
  private static final int SLOW_ROUNDS = ROUNDS / 40;

  @ParameterizedTest
  @EnumSource(FuzzTarget.class)
  void committedCorpus(FuzzTarget target) {
    List<byte[]> corpus = inputs(target);
    assertThat(corpus).isNotEmpty();
    corpus.forEach(target::run);
  }

  @ParameterizedTest
  @EnumSource(FuzzTarget.class)
  void mutationsOfTheCorpus(FuzzTarget target) {
    List<byte[]> corpus = inputs(target);
    Random random = new Random(target.ordinal());
    boolean slow = // whole gateways
        switch (target) {
          case STRANGER, NEWCOMER, PEER -> true;
          case DATAGRAM, INNER, PAYLOAD, CERTIFICATE, REVOCATION, SIGNATURE, NAME -> false;
        };
    for (int i = 0; i < (slow ? SLOW_ROUNDS : ROUNDS); i++) {
      byte[] one = corpus.get(random.nextInt(corpus.size()));
      byte[] other = corpus.get(random.nextInt(corpus.size()));
      byte[] mutated = mutate(one, other, random);
      try {
        target.run(mutated);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            target + " round " + i + ": " + java.util.HexFormat.of().formatHex(mutated), e);
      }
    }
  }

  private static List<byte[]> inputs(FuzzTarget target) {
    List<byte[]> all = new ArrayList<>(FuzzCorpus.of(target));
    all.addAll(FuzzCorpus.findings(target));
    all.addAll(FuzzCorpus.seeds(target));
    return all;
  }

  /**
   * Flips, numbers at the edge, cuts, repetitions, and the head of one with the tail of another.
   */
  private static byte[] mutate(byte[] whole, byte[] other, Random random) {
    byte[] octets = whole.clone();
    int times = 1 + random.nextInt(4);
    for (int t = 0; t < times && octets.length > 0; t++) {
      int at = random.nextInt(octets.length);
      switch (random.nextInt(6)) {
        case 0 -> octets[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> octets[at] = new byte[] {0, 1, 0x7f, (byte) 0x80, (byte) 0xff}[random.nextInt(5)];
        case 2 -> octets = Arrays.copyOf(octets, at);
        case 3 -> octets = Arrays.copyOf(octets, octets.length + 1 + random.nextInt(64));
        case 4 -> {
          byte[] more = Arrays.copyOf(octets, octets.length + octets.length - at);
          System.arraycopy(octets, at, more, octets.length, octets.length - at);
          octets = more;
        }
        case 5 -> {
          int from = other.length == 0 ? 0 : random.nextInt(other.length);
          byte[] joined = Arrays.copyOf(octets, at + other.length - from);
          System.arraycopy(other, from, joined, at, other.length - from);
          octets = joined;
        }
        default -> throw new AssertionError();
      }
    }
    return octets;
  }
}
