package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A whole life of an IKE SA, undisturbed, and then disturbed at each single point: whatever happens
 * to one datagram, one installation or one node, both sides come to rest with the same SAs.
 */
class LifeTest {
  private static final long REST = 400 * TwoEngines.SECOND;

  private static void requireSound(TwoEngines world) {
    world.requireOnly("gcm", "cbc", "pfs");
  }

  @Test
  void undisturbed() {
    TwoEngines world = new TwoEngines(Life.setup());
    Life life = new Life();
    for (Life.Act act : Life.Act.values()) {
      life.act(world, act);
      for (Node node : List.of(world.left, world.right)) {
        assertThat(node.done.values()).allMatch(Effect.CommandDone::ok);
      }
      if (act != Life.Act.CHILD_DOWN) {
        requireSound(world);
      }
    }
    assertThat(world.left.counter("retransmissions")).isZero();
    assertThat(world.right.counter("retransmissions")).isZero();
    Set<String> shapes = new HashSet<>(world.left.reports);
    assertThat(shapes).allMatch(line -> line.contains("ike=") && line.contains("conn=branch"));
  }

  private static int arrowsOfALife() {
    TwoEngines world = new TwoEngines(Life.setup());
    Life.live(world);
    return world.sent.size();
  }

  @TestFactory
  List<DynamicTest> anySingleDatagramLost() {
    return each("drop", TwoEngines.Fate.DROP);
  }

  @TestFactory
  List<DynamicTest> anySingleDatagramTwice() {
    return each("twice", TwoEngines.Fate.TWICE);
  }

  @TestFactory
  List<DynamicTest> anySingleDatagramLate() {
    return each("late", TwoEngines.Fate.HOLD);
  }

  private static List<DynamicTest> each(String name, TwoEngines.Fate fate) {
    int arrows = arrowsOfALife();
    assertThat(arrows).isGreaterThan(30);
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < arrows; i++) {
      int number = i;
      tests.add(
          DynamicTest.dynamicTest(
              name + " " + number,
              () ->
                  live(
                      world ->
                          world.fate =
                              arrow -> arrow.number() == number ? fate : TwoEngines.Fate.PASS)));
    }
    return tests;
  }

  private static void live(Consumer<TwoEngines> disturb) {
    TwoEngines world = new TwoEngines(Life.setup());
    disturb.accept(world);
    Life life = new Life();
    for (Life.Act act : Life.Act.values()) {
      life.act(world, act);
      world.elapse(10 * TwoEngines.SECOND);
      world.wire.addAll(world.held); // what was held comes when its exchange is long over
      world.held.clear();
      world.settle();
    }
    world.elapse(REST);
    requireSound(world);
    for (Node node : List.of(world.left, world.right)) {
      assertThat(node.done.values()).as("%s", node.reports).allMatch(Effect.CommandDone::ok);
    }
  }

  @TestFactory
  List<DynamicTest> takeoverAfterAnyStep() {
    List<DynamicTest> tests = new ArrayList<>();
    for (boolean left : List.of(true, false)) {
      for (int i = 0; i < arrowsOfALife(); i++) {
        int number = i;
        tests.add(
            DynamicTest.dynamicTest(
                "takeover of " + (left ? "left" : "right") + " at arrow " + number,
                () -> takeover(left, number)));
      }
    }
    return tests;
  }

  /** At arrow {@code number}, before it arrives, the node's other half takes over. */
  private static void takeover(boolean left, int number) {
    TwoEngines world = new TwoEngines(Life.setup());
    Node victim = left ? world.left : world.right;
    world.takeOverAt(number, victim);
    Life.live(world, 60 * TwoEngines.SECOND);
    world.elapse(REST);
    assertThat(victim.epoch).as("the takeover happened").isEqualTo(3);
    // An order that died with its node is given again, as its operator would.
    world.command(world.left, 1000, Input.Verb.UP, "");
    world.elapse(REST);
    requireSound(world);
    world.command(world.left, 1001, Input.Verb.REKEY_CHILD, "");
    world.command(world.right, 1001, Input.Verb.REKEY_IKE, "");
    world.elapse(REST);
    requireSound(world);
    world.command(world.right, 1002, Input.Verb.DOWN, "");
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.kernel.inbound).isEmpty();
    assertThat(world.right.kernel.policies).isEmpty();
  }

  @TestFactory
  List<DynamicTest> kernelRefusesAnyInstallation() {
    List<DynamicTest> tests = new ArrayList<>();
    for (boolean left : List.of(true, false)) {
      for (int errno : List.of(12, 17)) {
        for (int i = 0; i < 9; i++) {
          int number = i;
          tests.add(
              DynamicTest.dynamicTest(
                  (left ? "left" : "right") + " install " + number + " errno " + errno,
                  () -> refusal(left, errno, number)));
        }
      }
    }
    return tests;
  }

  private static void refusal(boolean left, int errno, int number) {
    TwoEngines world = new TwoEngines(Life.setup());
    Node victim = left ? world.left : world.right;
    victim.kernel.refuseAt = number;
    victim.kernel.refuseWith = new KernelResult.Refused(errno, "XFRM_MSG_NEWSA: errno " + errno);
    Life.live(world, 60 * TwoEngines.SECOND);
    world.command(world.left, 1000, Input.Verb.UP, "");
    world.elapse(REST);
    requireSound(world);
  }

  @Test
  void anSpiThatIsTakenIsFollowedByOneMoreTryAndNotByMany() {
    TwoEngines world = new TwoEngines(Life.setup());
    world.left.kernel.refuseWith = new KernelResult.Refused(17, "EEXIST");
    world.left.kernel.refusesAll = true;

    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isFalse();
    world.elapse(REST);

    // Three children, each with other SPIs once more, and the first one in IKE_AUTH before.
    assertThat(world.left.kernel.installs).isLessThanOrEqualTo(7);
    assertThat(world.right.kernel.inbound).isEmpty();
    world.left.kernel.refusesAll = false;
    assertThat(world.command(world.left, 2, Input.Verb.UP, "").ok()).isTrue();
    requireSound(world);
  }
}
