package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lives of two gateways: datagrams are lost, repeated, delayed and reordered, exchanges
 * cross, either side's node dies and the other one of its pair goes on. When the network is well
 * again they agree, or there is nothing on either side.
 *
 * <p>{@code -Dpollux.runs=10000 -Dpollux.seed=1} for more; a failure names its seed.
 */
class RandomRunsTest {
  private static final int RUNS = Integer.getInteger("pollux.runs", 300);
  private static final int FIRST = Integer.getInteger("pollux.seed", 1);

  private static final List<String> IKE =
      List.of(
          "aes256gcm16-prfsha384-x25519",
          "aes256gcm16-prfsha384-x25519",
          "aes256gcm16-prfsha384-x25519",
          "aes128-sha256-x25519",
          "aes256gcm16-prfsha256-x25519-ke1_mlkem512");

  private static final List<String> ESP =
      List.of(
          "aes256gcm16-esn",
          "aes256gcm16-x25519-esn",
          "aes128-sha256-noesn",
          "aes256gcm16-x25519-ke1_mlkem512-esn");

  @Test
  void twoEnginesEndInAgreementOrWithNothing() {
    int up = 0;
    for (int seed = FIRST; seed < FIRST + RUNS; seed++) {
      try {
        up += run(seed) ? 1 : 0;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    System.out.println(RUNS + " runs from seed " + FIRST + ": " + up + " ended with tunnels");
    assertThat(up).isPositive();
  }

  /**
   * Seeds that failed once: a rekey or Delete of a child that the peer is still making, a successor
   * whose response was lost in a failover, three generations at once, an IKE SA that took its
   * sibling's traffic with it, two that ask for the same new child.
   */
  @ParameterizedTest
  @ValueSource(ints = {520, 1179, 1307, 1538, 1918, 2908, 5100, 6459, 7898, 24379, 28485})
  void seedsThatFailedOnce(int seed) {
    run(seed);
  }

  private static boolean run(int seed) {
    Random random = new Random(seed * 7919L);
    TwoEngines world = world(seed, random);
    chaos(world, random);
    Node[] nodes = {world.left, world.right};
    long id = 1;
    for (int act = 0; act < 4 + random.nextInt(10); act++) {
      Node node = nodes[random.nextInt(2)];
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> order(node, id++, Input.Verb.UP);
        case 3, 4, 5 -> order(node, id++, Input.Verb.REKEY_CHILD);
        case 6, 7 -> order(node, id++, Input.Verb.REKEY_IKE);
        case 8 -> order(node, id++, Input.Verb.DOWN);
        case 9 -> node.takeOver();
        case 10 -> used(node);
        case 11 -> release(world, random);
        default -> throw new AssertionError();
      }
      if (random.nextInt(3) > 0) {
        pass(world, random, (long) (random.nextDouble() * 40 * TwoEngines.SECOND));
      }
    }
    heal(world);
    agree(world);
    world.command(world.left, 1_000_000, Input.Verb.UP, "");
    world.elapse(300 * TwoEngines.SECOND);
    agree(world);
    Effect.CommandDone done = world.left.done.get(1_000_000L);
    assertThat(done).as("an order never ended: %s", world.left.reports).isNotNull();
    boolean up = !world.left.engine.snapshot(world.now).isEmpty();
    if (up) {
      try {
        world.left.connections.getFirst().children().forEach(c -> world.requireTraffic(c.name()));
      } catch (AssertionError e) {
        throw new AssertionError(
            e.getMessage() + "\n" + world.left.reports + "\n" + world.right.reports, e);
      }
    }
    return up;
  }

  private static TwoEngines world(int seed, Random random) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.leftSeed = seed * 2L;
    setup.rightSeed = seed * 2L + 1_000_000;
    String ike = IKE.get(random.nextInt(IKE.size()));
    String esp = ESP.get(random.nextInt(ESP.size()));
    boolean two = random.nextBoolean();
    for (boolean left : List.of(true, false)) {
      TwoEngines.Connection c = TwoEngines.connection(left);
      c.proposals = ike;
      c.livenessNs = 30 * TwoEngines.SECOND;
      List<ChildPolicy> children = new ArrayList<>();
      children.add(TwoEngines.child(left, "one", "10.1.0.0/16", "10.2.0.0/16", esp));
      if (two) {
        children.add(TwoEngines.child(left, "two", "10.3.0.0/16", "10.4.0.0/16", esp));
      }
      c.children = children;
      if (left) {
        setup.left = List.of(c.build());
      } else {
        setup.right = List.of(c.build());
      }
    }
    return new TwoEngines(setup);
  }

  /** Each datagram is delivered, lost, repeated or held back. */
  private static void chaos(TwoEngines world, Random random) {
    int loss = random.nextInt(4);
    world.fate =
        _ -> {
          int draw = random.nextInt(20);
          if (draw < loss) {
            return TwoEngines.Fate.DROP;
          }
          return draw < loss + 2
              ? TwoEngines.Fate.TWICE
              : draw < loss + 4 ? TwoEngines.Fate.HOLD : TwoEngines.Fate.PASS;
        };
  }

  /** What was held back comes, in any order. */
  private static void release(TwoEngines world, Random random) {
    while (!world.held.isEmpty()) {
      world.wire.add(world.held.remove(random.nextInt(world.held.size())));
    }
  }

  private static void order(Node node, long id, Input.Verb verb) {
    node.step(new Input.Command(id, verb, "branch", Optional.empty()));
  }

  private static void used(Node node) {
    for (ChildSaSnapshot child : List.copyOf(node.kernel.inbound.values())) {
      node.step(new Input.ChildUsed(child.inboundSpi()));
    }
  }

  private static void pass(TwoEngines world, Random random, long ns) {
    long end = world.now + ns;
    while (world.now < end) {
      world.settle();
      if (random.nextInt(4) == 0) {
        release(world, random);
      }
      OptionalLong l = world.left.engine.nextTimeoutNs();
      OptionalLong r = world.right.engine.nextTimeoutNs();
      long next = Math.min(l.orElse(Long.MAX_VALUE), r.orElse(Long.MAX_VALUE));
      world.elapse(Math.max(1, Math.min(next, end) - world.now));
    }
  }

  private static void heal(TwoEngines world) {
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.wire.addAll(world.held);
    world.held.clear();
    world.elapse(900 * TwoEngines.SECOND);
  }

  private static void agree(TwoEngines world) {
    List<IkeSaSnapshot> left = world.left.engine.snapshot(world.now);
    List<IkeSaSnapshot> right = world.right.engine.snapshot(world.now);
    assertThat(left.stream().map(IkeSaSnapshot::spis).collect(Collectors.toSet()))
        .as("%s\n%s", world.left.reports, world.right.reports)
        .isEqualTo(right.stream().map(IkeSaSnapshot::spis).collect(Collectors.toSet()));
    for (IkeSaSnapshot l : left) {
      IkeSaSnapshot r =
          right.stream().filter(s -> s.spis().equals(l.spis())).findFirst().orElseThrow();
      assertThat(l.keys()).isEqualTo(r.keys());
      Set<String> ours =
          l.children().stream()
              .map(c -> c.inboundSpi() + " " + c.outboundSpi())
              .collect(Collectors.toSet());
      Set<String> theirs =
          r.children().stream()
              .map(c -> c.outboundSpi() + " " + c.inboundSpi())
              .collect(Collectors.toSet());
      assertThat(ours)
          .as("children of %s\n%s\n%s", l.spis(), world.left.reports, world.right.reports)
          .isEqualTo(theirs);
    }
  }
}
