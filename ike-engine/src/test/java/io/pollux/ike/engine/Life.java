package io.pollux.ike.engine;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import java.util.ArrayList;
import java.util.List;

/** Everything that two gateways do with each other in a long life, one act after the other. */
final class Life {
  /** One act; afterwards the world is given time to come to rest. */
  enum Act {
    UP,
    REKEY_CHILD_LEFT,
    USED_RIGHT,
    REKEY_CHILD_RIGHT,
    USED_LEFT,
    REKEY_PFS_LEFT,
    REKEY_IKE_LEFT,
    REKEY_IKE_RIGHT,
    REKEY_CHILD_AGAIN,
    LIVENESS,
    CHILD_DOWN,
    CHILD_UP_AGAIN
  }

  private static final RekeyPolicy NEVER = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);

  private long command = 1;

  static TwoEngines.Setup setup() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.left = List.of(connection(true, "aes256gcm16-x25519-esn").build());
    setup.right = List.of(connection(false, "aes256gcm16-x25519-esn").build());
    return setup;
  }

  /**
   * What one side is told, to be changed.
   *
   * @param pfs the ESP proposal of the child with a key exchange of its own
   */
  static TwoEngines.Connection connection(boolean left, String pfs) {
    TwoEngines.Connection c = TwoEngines.connection(left);
    c.livenessNs = 30 * TwoEngines.SECOND;
    c.children =
        List.of(
            TwoEngines.child(left, "gcm", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16-esn"),
            TwoEngines.child(left, "cbc", "10.3.0.0/16", "10.4.0.0/16", "aes256-sha256-noesn"),
            TwoEngines.child(left, "pfs", "10.5.0.0/16", "10.6.0.0/16", pfs));
    return c;
  }

  static List<ChildPolicy> started(List<ChildPolicy> children) {
    List<ChildPolicy> all = new ArrayList<>();
    for (ChildPolicy c : children) {
      all.add(
          new ChildPolicy(
              c.name(),
              c.localTs(),
              c.remoteTs(),
              c.proposals(),
              NEVER,
              ChildPolicy.StartAction.START,
              c.replayWindow()));
    }
    return all;
  }

  /** All acts, one after the other. */
  static void live(TwoEngines world) {
    Life life = new Life();
    for (Act act : Act.values()) {
      life.act(world, act);
    }
  }

  /** All acts, each with {@code restNs} after it. */
  static void live(TwoEngines world, long restNs) {
    Life life = new Life();
    for (Act act : Act.values()) {
      life.act(world, act);
      world.elapse(restNs);
    }
  }

  void act(TwoEngines world, Act act) {
    switch (act) {
      case UP -> command(world, world.left, Input.Verb.UP, "");
      case REKEY_CHILD_LEFT -> command(world, world.left, Input.Verb.REKEY_CHILD, "gcm");
      case REKEY_CHILD_RIGHT -> command(world, world.right, Input.Verb.REKEY_CHILD, "cbc");
      case REKEY_PFS_LEFT -> command(world, world.left, Input.Verb.REKEY_CHILD, "pfs");
      case REKEY_CHILD_AGAIN -> command(world, world.right, Input.Verb.REKEY_CHILD, "gcm");
      case USED_RIGHT -> used(world.right);
      case USED_LEFT -> used(world.left);
      case REKEY_IKE_LEFT -> command(world, world.left, Input.Verb.REKEY_IKE, "");
      case REKEY_IKE_RIGHT -> command(world, world.right, Input.Verb.REKEY_IKE, "");
      case LIVENESS -> world.elapse(40 * TwoEngines.SECOND);
      case CHILD_DOWN -> command(world, world.left, Input.Verb.DOWN, "cbc");
      case CHILD_UP_AGAIN -> command(world, world.left, Input.Verb.UP, "cbc");
    }
  }

  private void command(TwoEngines world, Node node, Input.Verb verb, String child) {
    world.command(node, command++, verb, child);
  }

  private static void used(Node node) {
    for (ChildSaSnapshot child : List.copyOf(node.kernel.inbound.values())) {
      node.step(new Input.ChildUsed(child.inboundSpi()));
    }
  }
}
