package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.role.SimWorld.Node;
import io.pollux.ike.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A reign that began without a complete copy and has no IKE SA is provisional: it yields to the
 * partner's reign, whatever the claims say. Such a node has usually just been switched on behind a
 * port that does not forward yet, and hears nobody.
 */
class ProvisionalTest extends RoleBench {
  private static final long SEEDS = 40;
  private static final long SECOND = 1000 * MS;

  @Test
  void atOnceWithTheLowerClaimAndAtTheSecondWordWithTheHigherOne() {
    activeAlone();
    sleep(100 * MS);
    assertThat(names(advert(50))).isEmpty(); // no answer: it might make the better one yield
    List<RoleEffect> effects = advert(50);
    assertThat(names(effects)).contains("CloseGate").doesNotContain("SendVrrp");
    assertThat(effects.toString()).contains("without a copy");
    sleep(500 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    now += 100 * MS;
    assertThat(names(advert(150))).contains("CloseGate");
  }

  @Test
  void overTheLinkAtOnceToAnyReignThatIsNot() {
    activeAlone();
    step(new RoleInput.LinkUp());
    assertThat(names(say(health(Role.ACTIVE, Sync.STALE, false, 2)))).contains("CloseGate");
  }

  @Test
  void withItsFirstIkeSaTheClaimsDecide() {
    activeAlone();
    step(new RoleInput.LinkUp());
    step(new RoleInput.Established());
    Claim lower = new Claim(1, Octets.EMPTY, 1);
    assertThat(names(say(new RoleMessage.Health(Role.ACTIVE, Sync.STALE, false, 2, lower, false))))
        .doesNotContain("CloseGate");
    Claim higher = new Claim(254, Octets.EMPTY, 1);
    assertThat(names(say(new RoleMessage.Health(Role.ACTIVE, Sync.STALE, false, 2, higher, true))))
        .doesNotContain("CloseGate");
  }

  @Test
  void theNodeThatHasTheTunnelsStaysWhenAnEmptyOneIsConnectedAgain() {
    for (long seed = 0; seed < SEEDS; seed++) {
      for (int path = 0; path < 3; path++) {
        int empty = (int) (seed % 2);
        SimWorld world = isolated(seed, empty);
        assertThat(world.gatesOpen()).as(story(world)).isEqualTo(2);
        if (path == 2) {
          world.healLink();
        } else {
          world.vrrpUp[path][0] = true;
          world.vrrpUp[path][1] = true;
        }
        world.run(world.now + 2 * SECOND);
        String story = "seed " + seed + " path " + path + "\n" + story(world);
        assertThat(world.nodes[1 - empty].gateOpen).as(story).isTrue();
        assertThat(world.nodes[empty].gateOpen).as(story).isFalse();
        assertThat(world.nodes[1 - empty].effects)
            .as(story)
            .doesNotContain(new RoleEffect.Resync(true));
      }
    }
  }

  /** It hears nobody for just long enough, and then everything works: no lock of the timers. */
  @Test
  void anEmptyOneThatTakesOverAnInstantBeforeItHearsTheOtherYields() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = isolated(seed, 0, false);
      while (world.gatesOpen() < 2) {
        world.run(world.now + MS);
      }
      for (boolean[] segment : world.vrrpUp) {
        segment[0] = true;
        segment[1] = true;
      }
      world.vrrpLoss = seed % 2 * 0.1;
      world.run(world.now + 3 * SECOND);
      assertThat(world.nodes[1].gateOpen).as(seed + story(world)).isTrue();
      assertThat(world.nodes[0].gateOpen).as(seed + story(world)).isFalse();
    }
  }

  @Test
  void anEmptyOneThatHasGotItsFirstTunnelMeetsTheOtherByItsClaim() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SimWorld world = isolated(seed, 0); // node 0 has the higher priority
      world.nodes[0].input(new RoleInput.Established());
      world.vrrpUp[0][0] = true;
      world.vrrpUp[0][1] = true;
      world.run(world.now + 2 * SECOND);
      assertThat(world.nodes[0].gateOpen).as(story(world)).isTrue();
      assertThat(world.gatesOpen()).as(story(world)).isEqualTo(1);
    }
  }

  /** One has all tunnels; the other has been switched on where it hears nothing, and reigns too. */
  private static SimWorld isolated(long seed, int empty) {
    return isolated(seed, empty, true);
  }

  private static SimWorld isolated(long seed, int empty, boolean reigns) {
    SimWorld world = new SimWorld(seed, 150, 100, false);
    world.background(60 * SECOND);
    Node other = world.nodes[1 - empty];
    world.at(0, other::start);
    world.run(3 * SECOND);
    other.input(new RoleInput.Established());
    world.at(world.now, world.nodes[empty]::start);
    world.run(world.now + 3 * SECOND);
    assertThat(other.gateOpen).as(story(world)).isTrue();
    world.nodes[empty].powerOff(false);
    world.cutLink(RoleInput.How.CARRIER);
    for (boolean[] segment : world.vrrpUp) {
      segment[0] = false;
      segment[1] = false;
    }
    world.run(world.now + 2 * SECOND);
    world.nodes[empty].powerOn();
    if (reigns) {
      world.run(world.now + world.between(SECOND, 10 * SECOND));
    }
    return world;
  }

  private static String story(SimWorld world) {
    return String.join("\n", world.trace);
  }
}
