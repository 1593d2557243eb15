package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.role.SimWorld.Node;
import org.junit.jupiter.api.Test;

/**
 * A virtual machine is stopped, or suspended, and goes on with its memory: its monotonic clock has
 * not counted that, so neither the guard's lease nor its own timers know. The other node has
 * reigned meanwhile, and has the newer SAs, whatever the claims say.
 */
class FrozenNodeTest {
  private static final long MS = SimWorld.MS;
  private static final long SECOND = 1000 * MS;
  private static final int SEEDS = Integer.getInteger("sim.seeds", 60);
  private static final long ABROAD = Long.MAX_VALUE / 2;

  private final long[] frozenAt = new long[2];

  private static SimWorld settled(long seed) {
    SimWorld world = new SimWorld(seed, 150, 100, false);
    world.background(60 * SECOND);
    world.at(0, world.nodes[0]::start);
    world.at(world.between(0, 200 * MS), world.nodes[1]::start);
    world.run(5 * SECOND + world.between(0, 300 * MS));
    assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
    assertThat(world.nodes[1].sync).isEqualTo(Sync.IN_SYNC);
    return world;
  }

  private static String story(SimWorld world) {
    return String.join("\n", world.trace);
  }

  /** Memory, clock and guard stand still; nothing says so to anybody. */
  private void freeze(SimWorld world, Node node) {
    world.trace.add(world.now / MS + " " + node.id + " frozen");
    node.paused = true;
    node.leaseEnd = ABROAD;
    frozenAt[node.id] = world.now;
    world.linkPath = false;
    world.linkSession = 0;
    world.at(
        world.now + 300 * MS,
        () -> node.other().input(new RoleInput.LinkDown(RoleInput.How.TIMEOUT)));
  }

  /** What was sent meanwhile is lost; the peer's kernel knows nothing of the old connection. */
  private void thaw(SimWorld world, Node node, long resetAfter) {
    node.inbox.clear();
    node.clock -= world.now - frozenAt[node.id];
    node.resume();
    world.at(
        world.now + resetAfter,
        () -> {
          node.input(new RoleInput.LinkDown(RoleInput.How.RESET));
          node.journal();
          world.linkPath = true;
        });
  }

  private static void vrrp(SimWorld world, boolean up) {
    for (boolean[] segment : world.vrrpUp) {
      segment[0] = up;
      segment[1] = up;
    }
  }

  private static void requireTheSuccessor(SimWorld world) {
    assertThat(world.nodes[0].gateOpen).as(story(world)).isFalse();
    assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
    assertThat(world.nodes[1].effects).as("newer SAs").doesNotContain(new RoleEffect.Resync(true));
    assertThat(world.nodes[1].effects).as("used twice").contains(new RoleEffect.RekeyUsed());
    assertThat(world.nodes[0].effects).contains(new RoleEffect.Resync(true));
    assertThat(world.nodes[0].sync).as(story(world)).isEqualTo(Sync.IN_SYNC);
    assertThat(world.reigns).as(story(world)).hasSize(2);
  }

  @Test
  void aNodeFrozenWithItsMemoryAndContinuedStepsBackAtTheFirstAdvertisement() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed);
      freeze(world, world.nodes[0]);
      world.run(world.now + world.between(600 * MS, 20 * SECOND));
      assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      world.check = () -> assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      thaw(world, world.nodes[0], world.between(MS, 300 * MS));
      world.run(world.now + 130 * MS);
      assertThat(world.nodes[0].gateOpen).as("seed " + seed + "\n" + story(world)).isFalse();
      world.run(world.now + 5 * SECOND);
      requireTheSuccessor(world);
    }
  }

  /** They meet over the link first, and the claims of the frozen one are higher. */
  @Test
  void overTheLinkAloneTheLengthOfTheOtherReignSaysIt() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed);
      freeze(world, world.nodes[0]);
      world.run(world.now + world.between(SECOND, 20 * SECOND));
      vrrp(world, false);
      world.run(world.now + 5 * MS); // nothing is on its way
      world.check = () -> assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      thaw(world, world.nodes[0], world.between(MS, 300 * MS));
      world.run(world.now + 500 * MS);
      assertThat(world.nodes[0].gateOpen).as("seed " + seed + "\n" + story(world)).isFalse();
      vrrp(world, true);
      world.run(world.now + 5 * SECOND);
      requireTheSuccessor(world);
    }
  }

  /**
   * Frozen, and cut off for a while after it woke up: its clock counts that, and it is no excuse.
   */
  @Test
  void itIsKnownLongAfterItWokeUp() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed);
      freeze(world, world.nodes[0]);
      world.run(world.now + world.between(2 * SECOND, 5 * SECOND));
      vrrp(world, false);
      thaw(world, world.nodes[0], 8 * SECOND);
      world.run(world.now + 10 * SECOND);
      assertThat(world.nodes[0].gateOpen).as("seed " + seed + "\n" + story(world)).isFalse();
      assertThat(world.nodes[1].gateOpen).as("seed " + seed + "\n" + story(world)).isTrue();
      assertThat(world.nodes[1].effects).doesNotContain(new RoleEffect.Resync(true));
    }
  }

  /** The other one is gone by then: nobody is heard, and what it has is all that there is. */
  @Test
  void whoIsAloneWhenItWakesUpGoesOn() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed);
      freeze(world, world.nodes[0]);
      world.run(world.now + world.between(2 * SECOND, 5 * SECOND));
      world.nodes[1].powerOff(false);
      world.run(world.now + 5 * MS);
      thaw(world, world.nodes[0], 100 * MS);
      world.check = () -> assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
      world.run(world.now + 5 * SECOND);
    }
  }

  /**
   * Nobody stood still: both reigned, cut off from each other, and the claims find one loser, also
   * over the link, where the younger reign waits for the older one's word.
   */
  @Test
  void aSplitBrainIsNoFreeze() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed);
      world.cutLink(RoleInput.How.TIMEOUT);
      vrrp(world, false);
      world.run(world.now + world.between(2 * SECOND, 9 * SECOND));
      assertThat(world.gatesOpen()).isEqualTo(2);
      if (seed % 2 == 0) {
        vrrp(world, true);
      } else {
        world.healLink();
      }
      world.check = () -> assertThat(world.gatesOpen()).as(story(world)).isPositive();
      world.run(world.now + SECOND);
      assertThat(world.nodes[0].gateOpen).as("seed " + seed + "\n" + story(world)).isTrue();
      assertThat(world.gatesOpen()).as(story(world)).isEqualTo(1);
      assertThat(world.nodes[0].effects).doesNotContain(new RoleEffect.Resync(true));
    }
  }

  /**
   * Freezes of either node among cuts of everything: at the end one reigns, and the other follows.
   */
  @Test
  void whateverElseFailsOneNodeReignsAtTheEnd() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed);
      for (int i = 0; i < 25; i++) {
        world.at(world.between(6 * SECOND, 35 * SECOND), () -> anything(world));
      }
      world.run(36 * SECOND);
      for (Node node : world.nodes) {
        if (node.paused) {
          thaw(world, node, 20 * MS);
        }
      }
      world.healLink();
      vrrp(world, true);
      world.run(world.now + 12 * SECOND);
      assertThat(world.gatesOpen()).as("seed " + seed + "\n" + story(world)).isEqualTo(1);
      Node standby = world.nodes[world.nodes[0].gateOpen ? 1 : 0];
      assertThat(standby.sync).as("seed " + seed + "\n" + story(world)).isEqualTo(Sync.IN_SYNC);
    }
  }

  private void anything(SimWorld world) {
    Node node = world.nodes[world.random.nextInt(2)];
    switch (world.random.nextInt(4)) {
      case 0 ->
          world.vrrpUp[world.random.nextInt(2)][world.random.nextInt(2)] =
              world.random.nextBoolean();
      case 1 -> {
        if (world.linkPath) {
          world.cutLink(world.random.nextBoolean() ? RoleInput.How.OTHER : RoleInput.How.CARRIER);
        } else {
          world.healLink();
        }
      }
      default -> {
        if (node.paused) {
          thaw(world, node, world.between(MS, 300 * MS));
        } else {
          freeze(world, node);
        }
      }
    }
  }
}
