package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.SimWorld.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * An heir that is gone before anybody has its first snapshot: the one that takes over again must
 * know that there was a reign, because its own copy does not say so.
 */
class DeadHeirTest {
  private static final long MS = SimWorld.MS;
  private static final long SECOND = 1000 * MS;

  private static SimWorld settled(long seed) {
    SimWorld world = new SimWorld(seed, 150, 100, false);
    world.background(40 * SECOND);
    world.at(0, world.nodes[0]::start);
    world.at(world.between(0, 200 * MS), world.nodes[1]::start);
    world.run(5 * SECOND);
    assertThat(world.nodes[0].gateOpen).isTrue();
    return world;
  }

  private static void untilOpen(SimWorld world, Node node) {
    long end = world.now + 5 * SECOND;
    while (!node.gateOpen && world.now < end) {
      world.run(world.now + MS / 10);
    }
    assertThat(node.gateOpen).as(String.join("\n", world.trace)).isTrue();
  }

  private static RoleEffect.RepairMargins lastRise(Node node) {
    return node.effects.stream()
        .filter(RoleEffect.RepairMargins.class::isInstance)
        .map(RoleEffect.RepairMargins.class::cast)
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  /** `ha switchover`, and the power goes as soon as the new node's gate is open. */
  @Test
  void thePowerGoesRightAfterTheGateOpened() {
    for (long seed = 0; seed < 40; seed++) {
      SimWorld world = settled(seed);
      Node first = world.nodes[0];
      Node heir = world.nodes[1];
      long copy = lastRise(first).epoch();
      assertThat(lastRise(first).reigned()).isLessThan(copy);
      first.input(new RoleInput.Command(77, RoleInput.Verb.SWITCHOVER));
      untilOpen(world, heir);
      long reign = lastRise(heir).epoch();
      assertThat(lastRise(heir).reigned()).isEqualTo(copy); // as the copy that it has: in peace
      heir.powerOff(seed % 2 == 0);
      untilOpen(world, first);
      assertThat(lastRise(first).epoch()).isGreaterThan(reign);
      assertThat(lastRise(first).reigned())
          .as("seed " + seed + "\n" + String.join("\n", world.trace))
          .isEqualTo(reign);
    }
  }

  /** It lives, but has lost an interface between its gate and its engine's promotion. */
  @Test
  void theHeirFallsBeforeItsEngineIsPromoted() {
    for (long seed = 0; seed < 40; seed++) {
      SimWorld world = settled(seed);
      Node first = world.nodes[0];
      Node heir = world.nodes[1];
      first.input(new RoleInput.Command(77, RoleInput.Verb.SWITCHOVER));
      untilOpen(world, heir);
      assertThat(heir.effects).noneMatch(RoleEffect.PromoteEngine.class::isInstance);
      long reign = lastRise(heir).epoch();
      heir.input(new RoleInput.Command(78, RoleInput.Verb.FAULT));
      untilOpen(world, first);
      assertThat(lastRise(first).reigned()).isEqualTo(reign);
    }
  }

  /** And that one itself knows that its kernel has sent. */
  @Test
  void anHeirThatFellAndRisesAgainCountsItsOwnAttempt() {
    SimWorld world = settled(7);
    Node heir = world.nodes[1];
    long copy = lastRise(world.nodes[0]).epoch();
    world.nodes[0].powerOff(true);
    untilOpen(world, heir);
    assertThat(lastRise(heir).reigned()).isEqualTo(copy);
    long reign = lastRise(heir).epoch();
    heir.input(new RoleInput.Command(78, RoleInput.Verb.FAULT));
    world.run(world.now + SECOND);
    heir.input(new RoleInput.Command(79, RoleInput.Verb.CLEAR_FAULT));
    untilOpen(world, heir);
    assertThat(lastRise(heir).reigned()).isEqualTo(reign);
  }

  /** Takeovers in order, one after the other: none of them is beside the copy. */
  @Test
  void inOrderNobodySeesAReignThatTheCopyDoesNotSay() {
    for (long seed = 0; seed < 10; seed++) {
      SimWorld world = settled(seed);
      for (int i = 0; i < 4; i++) {
        Node active = world.nodes[i % 2];
        Node next = world.nodes[1 - i % 2];
        long reign = lastRise(active).epoch();
        active.input(new RoleInput.Command(80 + i, RoleInput.Verb.SWITCHOVER));
        untilOpen(world, next);
        assertThat(List.of(lastRise(next).reigned(), lastRise(next).epoch()))
            .containsExactly(reign, Epochs.next(reign, next.id));
        world.run(world.now + 3 * SECOND);
        assertThat(active.machine.state().role()).isEqualTo(Role.STANDBY);
      }
    }
  }
}
