package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Selectors are a set: two gateways that list the same ones in another order agree. */
class SelectorOrderTest {
  private static final String ESP = "aes256gcm16-x25519-esn";

  private static long worlds = 33_000_000;

  private final TwoEngines world;

  SelectorOrderTest() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    String nets = "10.2.0.0/16,10.3.0.0/16";
    left.children = List.of(TwoEngines.child(true, "gcm", "10.1.0.0/16,10.9.0.0/16", nets, ESP));
    right.children =
        List.of(
            TwoEngines.child(
                false, "gcm", "10.9.0.0/16,10.1.0.0/16", "10.3.0.0/16,10.2.0.0/16", ESP));
    setup.seed = worlds += 10_000;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
  }

  @Test
  void aRekeyByTheSideWithTheOtherOrderIsARekey() {
    ChildSaSnapshot before = world.right.only().children().getFirst();
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    rekeyed(before);
    before = world.right.only().children().getFirst();
    assertThat(world.command(world.left, 3, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    rekeyed(before);
  }

  private void rekeyed(ChildSaSnapshot before) {
    world.elapse(120 * TwoEngines.SECOND);
    world.requireOnly("gcm");
    ChildSaSnapshot now = world.right.only().children().getFirst();
    assertThat(now.inboundSpi()).isNotEqualTo(before.inboundSpi());
    assertThat(now.reqid()).isEqualTo(before.reqid());
    assertThat(now.localTs()).isEqualTo(before.localTs());
    for (Node node : List.of(world.left, world.right)) {
      assertThat(node.kernel.policies).hasSize(4);
      assertThat(node.kernel.policies.values()).allMatch(owners -> owners.size() == 1);
      assertThat(node.reports).noneMatch(r -> r.startsWith("WARN"));
    }
  }

  @Test
  void rekeysFromBothSidesThatCrossEndAsOne() {
    world.right.step(new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", Optional.of("gcm")));
    world.left.step(new Input.Command(3, Input.Verb.REKEY_CHILD, "branch", Optional.of("gcm")));
    world.elapse(120 * TwoEngines.SECOND);
    world.requireOnly("gcm");
    EspSpi spi = world.left.only().children().getFirst().outboundSpi();
    assertThat(world.right.only().children().getFirst().inboundSpi()).isEqualTo(spi);
  }
}
