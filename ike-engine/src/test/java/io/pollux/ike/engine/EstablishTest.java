package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** From nothing to a child that carries traffic, RFC 7296 section 1.2. */
class EstablishTest {
  @Test
  void firstTwoExchangesMakeAnIkeSaAndAChild() {
    TwoEngines world = new TwoEngines(new TwoEngines.Setup());
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done).as("%s %s", world.left.reports, world.right.reports).isNotNull();
    assertThat(done.ok()).as(done.message()).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.sent).hasSize(4);
    assertThat(world.left.only().children()).hasSize(1);
    assertThat(world.right.only().children()).hasSize(1);
    assertThat(world.left.only().keys()).isEqualTo(world.right.only().keys());
  }
}
