package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An IKE SA that ends while the kernel installs a child of it. */
class OrphanedInstallTest {
  private static long worlds = 31_000_000;

  private final TwoEngines world;

  OrphanedInstallTest() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    world = new TwoEngines(setup);
  }

  private static void order(Node node, long id, Input.Verb verb) {
    node.step(new Input.Command(id, verb, "branch", Optional.empty()));
  }

  private void requireNothing() {
    for (Node node : List.of(world.left, world.right)) {
      assertThat(node.kernel.inbound).as(node.name).isEmpty();
      assertThat(node.kernel.outbound).as(node.name).isEmpty();
      assertThat(node.kernel.policies).as(node.name).isEmpty();
      assertThat(node.engine.snapshot(world.now)).as(node.name).isEmpty();
      assertThat(node.shadow.snapshots()).as(node.name).isEmpty();
    }
  }

  @Test
  void anInitiatorThatIsTakenDownDeletesWhatThePeerHasAlready() {
    takenDown(world.left);
  }

  @Test
  void soDoesAResponder() {
    takenDown(world.right);
  }

  private void takenDown(Node node) {
    node.holdKernel = true;
    order(world.left, 1, Input.Verb.UP);
    world.settle();
    assertThat(node.kernel.inbound).hasSize(1);
    order(node, 2, Input.Verb.DOWN);
    node.holdKernel = false;
    world.settle();
    assertThat(node.done.get(2L).ok()).isTrue();
    requireNothing();
  }

  @Test
  void aConnectionThatIsRemovedMeanwhileLeavesNothing() {
    world.left.holdKernel = true;
    order(world.left, 1, Input.Verb.UP);
    world.settle();
    world.left.step(new Input.Reconfigured(List.of()));
    world.left.holdKernel = false;
    world.settle();
    requireNothing();
  }

  /** The peer has lost everything, says so, and wants what we do not have. */
  @Test
  void aSuccessorOfAnIkeSaThatInitialContactEndsGoesToo() {
    order(world.left, 1, Input.Verb.UP);
    world.settle();
    world.right.holdKernel = true;
    order(world.left, 2, Input.Verb.REKEY_CHILD);
    world.settle();
    assertThat(world.right.kernel.inbound).hasSize(2);
    TwoEngines.Connection other = TwoEngines.connection(true);
    other.children =
        List.of(TwoEngines.child(true, "gcm", "10.50.0.0/16", "10.60.0.0/16", "aes256gcm16-esn"));
    world.left.connections = List.of(other.build());
    world.left.restart();
    order(world.left, 3, Input.Verb.UP);
    world.settle();
    assertThat(world.right.kernel.inbound).hasSize(1);
    world.right.holdKernel = false;
    world.settle();
    assertThat(world.right.kernel.inbound).isEmpty();
    assertThat(world.right.kernel.outbound).isEmpty();
    assertThat(world.right.kernel.policies).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
    assertThat(world.right.counter("installs_orphaned")).isEqualTo(1);
  }

  @Test
  void aNodeThatIsDemotedMeanwhileTakesTheChildOutAgain() {
    world.left.holdKernel = true;
    world.left.checkShadow = false;
    order(world.left, 1, Input.Verb.UP);
    world.settle();
    world.left.step(new Input.Demote());
    world.left.holdKernel = false;
    world.settle();
    assertThat(world.left.kernel.inbound).isEmpty();
    assertThat(world.left.kernel.outbound).isEmpty();
    assertThat(world.left.kernel.policies).isEmpty();
  }
}
