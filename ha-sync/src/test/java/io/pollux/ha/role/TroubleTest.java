package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.SimWorld.Node;
import org.junit.jupiter.api.Test;

/**
 * One trouble on top of another, in virtual time: the second takeover before the first has settled,
 * deaths during a resync, a link that flaps on a lossy segment, a stale copy, clocks that step, a
 * node that was set back in time. Each with many seeds; no epoch is ever used twice (the world
 * checks it).
 */
class TroubleTest {
  private static final long MS = SimWorld.MS;
  private static final long SECOND = 1000 * MS;
  private static final int SEEDS = Integer.getInteger("sim.seeds", 60);

  /** Node 0 reigns, node 1 follows it in sync. */
  private static SimWorld settled(long seed, long until) {
    SimWorld world = new SimWorld(seed, 150, 100, false);
    world.background(until);
    world.at(0, world.nodes[0]::start);
    world.at(world.between(0, 200 * MS), world.nodes[1]::start);
    world.run(5 * SECOND);
    assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
    assertThat(world.nodes[1].sync).isEqualTo(RoleState.Sync.IN_SYNC);
    return world;
  }

  private static String story(SimWorld world) {
    return String.join("\n", world.trace);
  }

  private static void order(SimWorld world, int node, RoleInput.Verb verb) {
    world.nodes[node].input(new RoleInput.Command(++world.sequence, verb));
  }

  private static void requireOne(SimWorld world) {
    assertThat(world.gatesOpen()).as(story(world)).isEqualTo(1);
    Node active = world.nodes[0].gateOpen ? world.nodes[0] : world.nodes[1];
    assertThat(active.vips).isTrue();
    assertThat(active.other().vips).as(story(world)).isFalse();
  }

  /** The daemon dies, the other node takes over, and that one loses its power before a second. */
  @Test
  void twoTakeoversByDeathWithinASecond() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 20 * SECOND);
      world.check = () -> assertThat(world.gatesOpen()).isLessThan(2);
      int before = world.reigns.size();
      long first = world.now + world.between(0, 100 * MS);
      world.at(first, world.nodes[0]::kill);
      world.at(first + world.between(100 * MS, 300 * MS), world.nodes[0]::start);
      boolean carrier = seed % 2 == 0;
      world.at(first + world.between(500 * MS, 900 * MS), () -> world.nodes[1].powerOff(carrier));
      world.run(first + 450 * MS);
      assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      world.run(first + 10 * SECOND);
      assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
      assertThat(world.reigns.size()).as(story(world)).isEqualTo(before + 2);
    }
  }

  /** There and back by order, the second one as soon as the first is through or earlier. */
  @Test
  void twoTakeoversByOrderWithinASecond() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 20 * SECOND);
      world.check = () -> assertThat(world.gatesOpen()).isLessThan(2);
      order(world, 1, RoleInput.Verb.PROMOTE);
      world.at(
          world.now + world.between(5 * MS, 900 * MS),
          () -> order(world, 0, RoleInput.Verb.PROMOTE));
      world.run(world.now + 5 * SECOND);
      requireOne(world);
    }
  }

  /** Whatever happens to a standby that is not ready yet, the active node does not notice. */
  @Test
  void aStandbyThatDiesDuringItsResyncDisturbsNobody() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 40 * SECOND);
      int before = world.reigns.size();
      world.check = () -> assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
      for (int death = 0; death < 4; death++) {
        boolean carrier = world.random.nextBoolean();
        world.nodes[1].powerOff(carrier);
        world.run(world.now + world.between(10 * MS, 3 * SECOND));
        world.nodes[1].powerOn();
        world.run(world.now + world.between(100 * MS, 900 * MS));
        assertThat(world.nodes[1].sync).isNotEqualTo(RoleState.Sync.IN_SYNC);
      }
      world.run(world.now + 6 * SECOND);
      assertThat(world.nodes[1].sync).as(story(world)).isEqualTo(RoleState.Sync.IN_SYNC);
      assertThat(world.reigns).hasSize(before);
    }
  }

  /**
   * And if it is the active node that dies then: half a copy is better than none, and it says so.
   */
  @Test
  void anActiveNodeThatDiesDuringAResyncIsReplacedWithAWarning() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 30 * SECOND);
      world.check = () -> assertThat(world.gatesOpen()).isLessThan(2);
      world.nodes[1].powerOff(true);
      world.run(world.now + SECOND);
      world.nodes[1].powerOn();
      world.run(world.now + world.between(200 * MS, 900 * MS));
      world.nodes[0].powerOff(seed % 2 == 0);
      world.run(world.now + 5 * SECOND);
      assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      assertThat(world.nodes[1].alarms).anyMatch(a -> a.contains("copy"));
    }
  }

  /**
   * A link that comes and goes while the segments lose every tenth packet: at the end one node
   * reigns; two never do for longer than it takes to hear each other.
   */
  @Test
  void aFlappingLinkWithTenPercentLossEndsWithOne() {
    int reigns = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 60 * SECOND);
      world.vrrpLoss = 0.1;
      long[] both = {-1};
      world.check =
          () -> {
            both[0] = world.gatesOpen() < 2 ? -1 : both[0] < 0 ? world.now : both[0];
            assertThat(both[0] < 0 ? 0 : world.now - both[0])
                .as(story(world))
                .isLessThan(8 * SimWorld.INTERVAL);
          };
      long at = world.now;
      while (at < 35 * SECOND) {
        at += world.between(50 * MS, 800 * MS);
        world.at(
            at,
            () -> {
              if (world.linkPath) {
                world.cutLink(
                    world.random.nextBoolean() ? RoleInput.How.TIMEOUT : RoleInput.How.RESET);
              } else {
                world.healLink();
              }
            });
      }
      int before = world.reigns.size();
      world.run(36 * SECOND);
      reigns += world.reigns.size() - before;
      world.healLink();
      world.vrrpLoss = 0;
      world.check = () -> {};
      world.run(50 * SECOND);
      requireOne(world);
      assertThat(world.nodes[world.nodes[0].gateOpen ? 1 : 0].sync)
          .as(story(world))
          .isEqualTo(RoleState.Sync.IN_SYNC);
    }
    System.out.println(
        "flapping link, 10 % loss: " + reigns + " reigns in " + SEEDS + " runs of 30 s");
  }

  /**
   * A copy that is known to be old is used only when there is nobody else, and then with a word.
   */
  @Test
  void aStaleCopyIsUsedOnlyWhenThereIsNobodyElse() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 30 * SECOND);
      int before = world.reigns.size();
      world.cutLink(RoleInput.How.TIMEOUT);
      world.run(world.now + 5 * SECOND);
      assertThat(world.nodes[1].sync).isEqualTo(RoleState.Sync.STALE);
      assertThat(world.reigns).as(story(world)).hasSize(before);
      world.nodes[0].powerOff(false);
      world.run(world.now + 3 * SECOND);
      assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      assertThat(world.nodes[1].alarms).anyMatch(a -> a.contains("stale"));
    }
  }

  /**
   * The link is down, or a living node has given it up, and nobody moves; then the active process
   * stands still, unguarded, and the standby takes over. When it wakes up it is the one that
   * listens, whatever its claim: the peers have seen the other node's numbers.
   */
  @Test
  void whoOversleptWithoutALinkStepsBack() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 30 * SECOND);
      RoleInput.How[] alive = {RoleInput.How.TIMEOUT, RoleInput.How.CARRIER, RoleInput.How.OTHER};
      world.cutLink(alive[(int) (seed % alive.length)]);
      world.run(world.now + 2 * SECOND);
      assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
      world.nodes[0].pause();
      world.run(world.now + world.between(600 * MS, 5 * SECOND));
      assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      int reigns = world.reigns.size();
      world.nodes[0].resume();
      world.run(world.now + 20 * MS);
      assertThat(world.nodes[0].gateOpen).as(story(world)).isFalse();
      world.check = () -> assertThat(world.nodes[1].gateOpen).as(story(world)).isTrue();
      world.run(world.now + 5 * SECOND);
      assertThat(world.nodes[0].alarms).anyMatch(a -> a.contains(Reason.OVERSLEPT.text()));
      assertThat(world.nodes[0].effects)
          .as("its keys went on")
          .contains(new RoleEffect.Resync(true));
      world.healLink();
      world.run(world.now + 5 * SECOND);
      requireOne(world);
      assertThat(world.reigns).as(story(world)).hasSize(reigns);
      assertThat(world.nodes[0].sync).as(story(world)).isEqualTo(RoleState.Sync.IN_SYNC);
    }
  }

  /** The same where the standby has lost its power as well: it goes on after it has listened. */
  @Test
  void whoOversleptAloneGoesOnAfterItHasListened() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 30 * SECOND);
      world.nodes[1].powerOff(seed % 2 == 0);
      world.run(world.now + 3 * SECOND);
      world.nodes[0].pause();
      world.run(world.now + world.between(600 * MS, 5 * SECOND));
      world.nodes[0].resume();
      world.run(world.now + 20 * MS);
      assertThat(world.nodes[0].gateOpen).as(story(world)).isFalse();
      world.run(world.now + SECOND);
      assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
      assertThat(world.nodes[0].effects).doesNotContain(new RoleEffect.Resync(true));
    }
  }

  /**
   * What has stood still for long is busy for a while: a reading that takes its time costs time,
   * not the SAs. Somebody who reigns meanwhile ends the wait.
   */
  @Test
  void whoOversleptAloneWaitsForItsCounters() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 30 * SECOND);
      SimWorld.Node sleeper = world.nodes[0];
      boolean succeeded = seed % 3 == 0;
      if (succeeded) {
        world.cutLink(RoleInput.How.CARRIER);
      } else {
        world.nodes[1].powerOff(seed % 2 == 0);
      }
      world.run(world.now + 3 * SECOND);
      sleeper.readingNs = world.between(2 * SECOND, 50 * SECOND);
      sleeper.pause();
      world.run(world.now + world.between(600 * MS, 20 * SECOND));
      sleeper.resume();
      world.run(world.now + SECOND);
      assertThat(sleeper.gateOpen).as(story(world)).isFalse();
      assertThat(sleeper.effects.contains(new RoleEffect.Resync(true)))
          .as(story(world))
          .isEqualTo(succeeded);
      world.run(world.now + sleeper.readingNs + SECOND);
      assertThat(world.nodes[succeeded ? 1 : 0].gateOpen).as(story(world)).isTrue();
      assertThat(sleeper.effects.contains(new RoleEffect.Resync(true)))
          .as(story(world))
          .isEqualTo(succeeded);
    }
  }

  /**
   * The machines' clocks agree about nothing, not even about their sign, and one steps forward by
   * up to a minute while it reigns or follows: it has slept, as far as it can tell. It may lose its
   * reign for that, but there are never two.
   */
  @Test
  void clocksThatDifferAndStepLeaveOneActiveNode() {
    int moved = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = new SimWorld(seed, 150, 100, false);
      world.clocksStep = true;
      world.nodes[0].clock = world.between(-4000 * SECOND, 4000 * SECOND);
      world.nodes[1].clock = world.between(-4000 * SECOND, 4000 * SECOND);
      world.background(60 * SECOND);
      world.at(0, world.nodes[0]::start);
      world.at(world.between(0, 200 * MS), world.nodes[1]::start);
      world.run(5 * SECOND);
      requireOne(world);
      world.check = () -> assertThat(world.gatesOpen()).as(story(world)).isLessThan(2);
      int before = world.reigns.size();
      for (int i = 0; i < 10; i++) {
        Node node = world.nodes[world.random.nextInt(2)];
        long by = world.between(MS, 60 * SECOND);
        world.at(
            world.between(5 * SECOND, 40 * SECOND),
            () -> {
              node.clock += by;
              node.input(new RoleInput.Timeout());
            });
      }
      world.run(50 * SECOND);
      moved += world.reigns.size() - before;
      requireOne(world);
      Node standby = world.nodes[world.nodes[0].gateOpen ? 1 : 0];
      assertThat(standby.sync).as(story(world)).isEqualTo(RoleState.Sync.IN_SYNC);
    }
    assertThat(moved).isPositive(); // a step that is longer than the lease ends a reign
  }

  /**
   * An old snapshot of the machine is restored: the epoch on its disk was somebody else's since.
   */
  @Test
  void aNodeThatWasSetBackInTimeReignsUnderANewEpoch() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = settled(seed, 40 * SECOND);
      world.check = () -> assertThat(world.gatesOpen()).isLessThan(2);
      long old = world.nodes[0].savedEpoch;
      for (int turn = 0; turn < 3; turn++) {
        int next = world.nodes[0].gateOpen ? 1 : 0;
        order(world, next, RoleInput.Verb.PROMOTE);
        world.run(world.now + 3 * SECOND);
        assertThat(world.nodes[next].gateOpen).as(story(world)).isTrue();
      }
      int standby = world.nodes[0].gateOpen ? 1 : 0;
      assertThat(standby).isZero();
      world.nodes[0].powerOff(false);
      world.nodes[0].savedEpoch = old;
      world.run(world.now + SECOND);
      world.nodes[0].powerOn();
      world.run(world.now + 4 * SECOND);
      assertThat(world.nodes[0].machine.state().role()).isEqualTo(Role.STANDBY);
      world.nodes[1].powerOff(seed % 2 == 0); // the world throws when an epoch comes twice
      world.run(world.now + 3 * SECOND);
      assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
    }
  }
}
