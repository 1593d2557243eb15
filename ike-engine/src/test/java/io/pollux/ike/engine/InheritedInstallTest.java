package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The power goes between an installation and its event: the heir makes the same keys, which the
 * dead node may have sent with. It says so, and of no other installation.
 */
class InheritedInstallTest {
  private final TwoEngines world = new TwoEngines(Life.setup());
  private int before;

  /** The power of {@code victim} goes when it has handed the next child to its kernel. */
  private void cutAtTheNextInstall(Node victim) {
    before = installs(victim).size();
    long epoch = victim.epoch;
    victim.powerLoss = effect -> victim.epoch == epoch && effect instanceof Effect.InstallChild;
  }

  private static List<Effect.InstallChild> installs(Node node) {
    return node.effects.stream()
        .filter(Effect.InstallChild.class::isInstance)
        .map(Effect.InstallChild.class::cast)
        .toList();
  }

  private void requireTheSameKeysAgain(Node victim) {
    assertThat(victim.epoch).as("the takeover happened").isEqualTo(3);
    List<Effect.InstallChild> both = installs(victim).subList(before, installs(victim).size());
    assertThat(both).hasSizeGreaterThanOrEqualTo(2);
    assertThat(both.get(0).inherited()).isFalse();
    assertThat(FakeKernel.outboundKey(both.get(1).child()))
        .isEqualTo(FakeKernel.outboundKey(both.get(0).child()));
    assertThat(both.get(1).inherited()).isTrue();
    assertThat(both.subList(2, both.size())).noneMatch(Effect.InstallChild::inherited);
  }

  private void up() {
    world.command(world.left, 1, Input.Verb.UP, "");
    world.elapse(60 * TwoEngines.SECOND);
    world.command(world.left, 2, Input.Verb.UP, ""); // an order dies with its node
    world.elapse(60 * TwoEngines.SECOND);
    world.requireOnly("gcm", "cbc", "pfs");
  }

  @Test
  void theInitiatorsFirstChild() {
    cutAtTheNextInstall(world.left);
    up();
    requireTheSameKeysAgain(world.left);
  }

  /** Its SPI is another one, but the keys are those of the IKE SA and its nonces. */
  @Test
  void theRespondersFirstChild() {
    cutAtTheNextInstall(world.right);
    up();
    requireTheSameKeysAgain(world.right);
  }

  @Test
  void theSuccessorThatThisNodeHasAskedFor() {
    up();
    cutAtTheNextInstall(world.left);
    world.command(world.left, 3, Input.Verb.REKEY_CHILD, "gcm");
    world.elapse(60 * TwoEngines.SECOND);
    requireTheSameKeysAgain(world.left);
    world.requireOnly("gcm", "cbc", "pfs");
  }

  /** With a nonce and a key exchange of its own it has other keys. */
  @Test
  void theSuccessorThatThePeerHasAskedForIsNew() {
    up();
    cutAtTheNextInstall(world.right);
    world.command(world.left, 3, Input.Verb.REKEY_CHILD, "pfs");
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.right.epoch).isEqualTo(3);
    assertThat(installs(world.right).size()).isGreaterThan(before + 1);
    assertThat(installs(world.right)).noneMatch(Effect.InstallChild::inherited);
  }

  @Test
  void whatBeginsAfterATakeoverIsNew() {
    up();
    world.left.takeOver();
    world.command(world.left, 3, Input.Verb.REKEY_CHILD, "");
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(installs(world.left)).hasSizeGreaterThan(3);
    assertThat(installs(world.left)).noneMatch(Effect.InstallChild::inherited);
  }
}
