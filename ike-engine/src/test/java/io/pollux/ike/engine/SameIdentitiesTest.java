package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two connections between the same two gateways, with the same identities (RFC 7296 2.4). */
class SameIdentitiesTest {
  private static final String ESP = "aes256gcm16-esn";
  private static long worlds = 32_000_000;

  private static ChildPolicy child(boolean left, String name) {
    String net = name.equals("a") ? "10.2.0.0/16" : "10.3.0.0/16";
    return TwoEngines.child(left, name, "10.1.0.0/16", net, ESP);
  }

  private static List<ConnectionPolicy> two(boolean left) {
    List<ConnectionPolicy> all = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      TwoEngines.Connection c = TwoEngines.connection(left);
      c.name = name;
      c.children = List.of(child(left, name));
      all.add(c.build());
    }
    return all;
  }

  private static List<ConnectionPolicy> one(boolean left) {
    TwoEngines.Connection c = TwoEngines.connection(left);
    c.name = "both";
    c.children = List.of(child(left, "a"), child(left, "b"));
    return List.of(c.build());
  }

  private static TwoEngines world(List<ConnectionPolicy> left, List<ConnectionPolicy> right) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = worlds += 10_000;
    setup.left = left;
    setup.right = right;
    return new TwoEngines(setup);
  }

  private static void up(Node node, long id, String connection) {
    node.step(new Input.Command(id, Input.Verb.UP, connection, Optional.of(connection)));
  }

  private static void requireBoth(TwoEngines world) {
    world.elapse(60 * TwoEngines.SECOND);
    assertThat(world.left.done.get(1L).ok()).isTrue();
    assertThat(world.left.done.get(2L).ok()).as("%s", world.left.reports).isTrue();
    for (Node node : List.of(world.left, world.right)) {
      assertThat(node.engine.snapshot(world.now)).as("%s", node.reports).hasSize(2);
      assertThat(node.reports).noneMatch(r -> r.contains("INITIAL_CONTACT"));
    }
    world.requireTraffic("a");
    world.requireTraffic("b");
  }

  /** The peer has all of it as one connection, as strongSwan does: it compares identities alone. */
  @Test
  void theSecondOneDoesNotSayThatThereIsNoOther() {
    TwoEngines world = world(two(true), one(false));
    up(world.left, 1, "a");
    world.settle();
    up(world.left, 2, "b");
    world.settle();
    requireBoth(world);
  }

  @Test
  void neitherDoesTheSecondOfTwoThatComeAtOnce() {
    TwoEngines world = world(two(true), one(false));
    up(world.left, 1, "a");
    up(world.left, 2, "b");
    world.settle();
    requireBoth(world);
  }

  /** Not woken yet, it is still known. */
  @Test
  void norAfterATakeover() {
    TwoEngines world = world(two(true), one(false));
    up(world.left, 1, "a");
    world.settle();
    world.left.takeOver();
    up(world.left, 2, "b");
    world.settle();
    requireBoth(world);
  }

  @Test
  void theFirstOneSaysSo() {
    TwoEngines world = world(two(true), one(false));
    up(world.left, 1, "a");
    world.settle();
    world.left.restart();
    up(world.left, 2, "b");
    world.settle();
    assertThat(world.right.engine.snapshot(world.now)).hasSize(1);
    assertThat(world.right.kernel.receiving("a")).isEmpty();
    world.requireTraffic("b");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theResponderTakesTheConnectionThatHasTheTraffic(boolean other) {
    List<ConnectionPolicy> right = two(false);
    TwoEngines world = world(two(true), other ? right.reversed() : right);
    up(world.left, 1, "a");
    world.settle();
    up(world.left, 2, "b");
    world.settle();
    requireBoth(world);
    assertThat(world.right.engine.snapshot(world.now))
        .allMatch(sa -> sa.children().stream().allMatch(c -> c.child().equals(sa.connection())));
  }
}
