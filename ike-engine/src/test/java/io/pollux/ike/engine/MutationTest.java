package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.wire.Octets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whole exchanges with damaged copies of every datagram before the datagram itself: nothing is
 * thrown, nothing that was not authentic changes anything (RFC 7296 section 2.21.4).
 *
 * <p>{@code -Dpollux.mutations=20} copies of each instead of 4.
 */
class MutationTest {
  private static final int COPIES = Integer.getInteger("pollux.mutations", 4);
  private static final int IKE_SA_INIT = 34;

  @Test
  @Rfc({"7296-1.2-2", "7296-2.21.4-5"})
  void rfc7296_2_21_4_damagedCopiesDoNoHarm() {
    for (String proposal :
        List.of(
            "aes256gcm16-prfsha384-x25519",
            "aes128-sha256-x25519",
            "aes256gcm16-prfsha384-x25519-ke1_mlkem768")) {
      for (int seed = 1; seed <= 10; seed++) {
        life(proposal, seed, false);
      }
    }
  }

  /** IKE_SA_INIT proves nothing, so that a damaged one may end the attempt, but nothing worse. */
  @Test
  void rfc7296_2_21_1_damagedFirstMessagesOnlyEndTheAttempt() {
    for (int seed = 1; seed <= 100; seed++) {
      life("aes256gcm16-prfsha384-x25519-ke1_mlkem512", seed, true);
    }
  }

  private static void life(String proposal, int seed, boolean first) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection l = TwoEngines.connection(true);
    TwoEngines.Connection r = TwoEngines.connection(false);
    l.proposals = proposal;
    r.proposals = proposal;
    setup.left = List.of(l.build());
    setup.right = List.of(r.build());
    setup.leftSeed = seed;
    TwoEngines world = new TwoEngines(setup);
    Random random = new Random(seed);
    world.nat =
        arrow -> {
          boolean init = arrow.octets().length() > 20 && arrow.octets().at(18) == IKE_SA_INIT;
          if (arrow.octets().length() > 20 && init == first) {
            for (int i = 0; i < COPIES; i++) {
              world.wire.add(
                  new TwoEngines.Arrow(
                      arrow.number(),
                      arrow.from(),
                      arrow.source(),
                      arrow.destination(),
                      damaged(arrow.octets(), random)));
            }
          }
          return arrow;
        };
    world.command(world.left, 1, Input.Verb.UP, "");
    world.command(world.right, 2, Input.Verb.REKEY_CHILD, "");
    world.command(world.left, 3, Input.Verb.REKEY_IKE, "");
    world.settle();
    world.elapse(TwoEngines.SECOND);
    if (!first) {
      assertThat(world.left.only().keys()).as("seed %d", seed).isEqualTo(world.right.only().keys());
      world.requireTraffic("gcm");
    }
  }

  private static Octets damaged(Octets whole, Random random) {
    byte[] octets = whole.toArray();
    switch (random.nextInt(4)) {
      case 0 -> octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> octets = Arrays.copyOf(octets, random.nextInt(octets.length));
      case 2 -> octets = Arrays.copyOf(octets, octets.length + 1 + random.nextInt(40));
      case 3 -> {
        int at = random.nextInt(octets.length);
        int to = Math.min(octets.length, at + 1 + random.nextInt(16));
        for (int i = at; i < to; i++) {
          octets[i] = (byte) random.nextInt();
        }
      }
      default -> throw new AssertionError();
    }
    return Octets.owning(octets);
  }
}
