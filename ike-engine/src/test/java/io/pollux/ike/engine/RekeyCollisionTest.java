package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Exchanges that cross, drawn as arrows: RFC 7296 sections 2.8.1, 2.8.2 and 2.25; RFC 9370 section
 * 2.2.4.
 */
class RekeyCollisionTest {
  static final String MULTI = "-x25519-ke1_mlkem768";

  static TwoEngines world(String esp, String ikeMore, int seed) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.leftSeed = seed;
    setup.rightSeed = seed + 500;
    for (boolean left : List.of(true, false)) {
      TwoEngines.Connection c = TwoEngines.connection(left);
      c.proposals = "aes256gcm16-prfsha384-x25519" + ikeMore;
      c.livenessNs = 30 * TwoEngines.SECOND;
      ChildPolicy child =
          TwoEngines.child(left, "gcm", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16" + esp);
      c.children = List.of(child);
      if (left) {
        setup.left = List.of(c.build());
      } else {
        setup.right = List.of(c.build());
      }
    }
    TwoEngines world = new TwoEngines(setup);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    return world;
  }

  private static void order(Node node, long id, Input.Verb verb) {
    node.step(new Input.Command(id, verb, "branch", Optional.empty()));
  }

  private static void requireOneOfEach(TwoEngines world) {
    IkeSaSnapshot l = world.left.only();
    IkeSaSnapshot r = world.right.only();
    assertThat(l.spis()).isEqualTo(r.spis());
    assertThat(l.keys()).isEqualTo(r.keys());
    assertThat(l.children()).as("%s", world.left.reports).hasSize(1);
    assertThat(r.children()).hasSize(1);
    world.requireTraffic("gcm");
  }

  /**
   *
   *
   * <pre>
   *   left                      right
   *   CREATE_CHILD_SA (rekey) -\ /- CREATE_CHILD_SA (rekey)
   *                             X
   *             <--------------/ \-------------->
   *   both answer; the exchange with the lowest nonce is undone by who began it
   * </pre>
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void rfc7296_2_8_1_simultaneousChildRekey(int seed) {
    for (String esp : List.of("-esn", "-x25519-esn", MULTI + "-esn")) {
      TwoEngines world = world(esp, "", seed);
      order(world.left, 10, Input.Verb.REKEY_CHILD);
      order(world.right, 10, Input.Verb.REKEY_CHILD);
      world.settle();
      world.elapse(10 * TwoEngines.SECOND);
      assertThat(world.left.counter("rekeys_crossed")).isEqualTo(1);
      assertThat(world.right.counter("rekeys_crossed")).isEqualTo(1);
      assertThat(world.left.counter("collisions_lost") + world.right.counter("collisions_lost"))
          .isEqualTo(1);
      assertThat(world.left.done.get(10L).ok()).isTrue();
      assertThat(world.right.done.get(10L).ok()).isTrue();
      requireOneOfEach(world);
    }
  }

  /** The same with every single datagram lost, and with a takeover of either side after each. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void rfc7296_2_8_1_simultaneousRekeysWithLossAndTakeover(int seed) {
    for (Input.Verb verb : List.of(Input.Verb.REKEY_CHILD, Input.Verb.REKEY_IKE)) {
      for (int n = 0; n < 10; n++) {
        for (String what : List.of("drop", "left", "right")) {
          TwoEngines world = world("-esn", "", seed);
          int number = world.sent.size() + n;
          world.fate =
              arrow -> {
                if (arrow.number() != number) {
                  return TwoEngines.Fate.PASS;
                }
                return what.equals("drop") ? TwoEngines.Fate.DROP : TwoEngines.Fate.HOLD;
              };
          order(world.left, 10, verb);
          order(world.right, 10, verb);
          world.settle();
          if (!what.equals("drop") && !world.held.isEmpty()) {
            (what.equals("left") ? world.left : world.right).takeOver();
            world.wire.addAll(world.held);
          }
          world.settle();
          world.elapse(200 * TwoEngines.SECOND);
          assertThat(world.left.engine.snapshot(world.now))
              .as("seed %d, %s, datagram %d, %s", seed, verb, n, what)
              .hasSize(1);
          requireOneOfEach(world);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  @Rfc({"7296-2.8.2-1"})
  void rfc7296_2_8_2_simultaneousIkeRekey(int seed) {
    for (String more : List.of("", "-ke1_mlkem768")) {
      TwoEngines world = world("-esn", more, seed);
      IkeSaSnapshot before = world.left.only();
      order(world.left, 10, Input.Verb.REKEY_IKE);
      order(world.right, 10, Input.Verb.REKEY_IKE);
      world.settle();
      world.elapse(100 * TwoEngines.SECOND);
      assertThat(world.left.counter("rekeys_crossed")).isEqualTo(1);
      assertThat(world.right.counter("rekeys_crossed")).isEqualTo(1);
      requireOneOfEach(world);
      assertThat(world.left.only().spis()).isNotEqualTo(before.spis());
    }
  }

  /**
   *
   *
   * <pre>
   *   left                                right
   *   CREATE_CHILD_SA (rekey of the IKE SA) ->
   *     <- response
   *   IKE_FOLLOWUP_KE -\\  /- INFORMATIONAL (Delete of the child), or CREATE_CHILD_SA
   *                     X
   *             <------/ \\------>
   * </pre>
   */
  @ParameterizedTest
  @CsvSource({"DOWN", "REKEY_CHILD", "UP"})
  void rfc7296_2_25_2_whatBeginsBetweenTheKeyExchangesOfAnIkeRekeyComesToItsEnd(Input.Verb verb) {
    TwoEngines world = world("-esn", "-ke1_mlkem768", 1);
    IkeSaSnapshot before = world.left.only();
    if (verb == Input.Verb.UP) {
      world.right.step(new Input.Command(9, Input.Verb.DOWN, "branch", Optional.of("gcm")));
      world.settle();
    }
    order(world.left, 10, Input.Verb.REKEY_IKE);
    while (!isFollowUp(world)) {
      assertThat(world.left.drain() || world.right.drain() || world.deliver()).isTrue();
    }
    world.right.step(new Input.Command(11, verb, "branch", Optional.of("gcm")));
    world.settle();
    world.elapse(100 * TwoEngines.SECOND);
    assertThat(world.right.done.get(11L).ok()).as("%s", world.right.reports).isTrue();
    assertThat(world.left.only().spis()).isNotEqualTo(before.spis());
    if (verb == Input.Verb.DOWN) {
      assertThat(world.left.kernel.inbound).isEmpty();
      assertThat(world.right.kernel.inbound).isEmpty();
      assertThat(world.right.only().children()).isEmpty();
    } else {
      requireOneOfEach(world);
    }
  }

  private static boolean isFollowUp(TwoEngines world) {
    return world.wire.stream().anyMatch(a -> a.octets().at(18) == 44); // IKE_FOLLOWUP_KE
  }

  /** Every pair of orders that can cross, in both directions. */
  @ParameterizedTest
  @CsvSource({
    "REKEY_CHILD, REKEY_IKE",
    "REKEY_IKE, REKEY_CHILD",
    "REKEY_IKE, REKEY_IKE",
    "REKEY_CHILD, REKEY_CHILD"
  })
  void rfc7296_2_25_crossingRekeysEndWithBothDone(Input.Verb left, Input.Verb right) {
    for (String more : List.of("", MULTI)) {
      TwoEngines world = world(more + "-esn", more.replace("-x25519", ""), 1);
      order(world.left, 10, left);
      order(world.right, 11, right);
      world.settle();
      world.elapse(200 * TwoEngines.SECOND);
      assertThat(world.left.done.get(10L)).as("%s", world.left.reports).isNotNull();
      assertThat(world.right.done.get(11L)).as("%s", world.right.reports).isNotNull();
      requireOneOfEach(world);
    }
  }

  /** A Delete of the child crosses its rekey: it is gone on both sides in the end, or renewed. */
  @ParameterizedTest
  @CsvSource({"DOWN, REKEY_CHILD", "REKEY_CHILD, DOWN", "DOWN, REKEY_IKE", "REKEY_IKE, DOWN"})
  @Rfc({"7296-1.4.1-1"})
  void rfc7296_2_25_deleteCrossingRekey(Input.Verb left, Input.Verb right) {
    for (Optional<String> child : List.of(Optional.<String>empty(), Optional.of("gcm"))) {
      TwoEngines world = world("-esn", "", 1);
      world.left.step(new Input.Command(10, left, "branch", named(left, child)));
      world.right.step(new Input.Command(11, right, "branch", named(right, child)));
      world.settle();
      world.elapse(400 * TwoEngines.SECOND);
      assertThat(world.left.kernel.inbound.size()).isEqualTo(world.right.kernel.inbound.size());
      assertThat(world.left.engine.snapshot(world.now).size())
          .isEqualTo(world.right.engine.snapshot(world.now).size());
    }
  }

  private static Optional<String> named(Input.Verb verb, Optional<String> child) {
    return verb == Input.Verb.DOWN ? child : Optional.empty();
  }

  /** RFC 9370 section 2.2.4: who has forgotten the series says so, and it is tried again. */
  @ParameterizedTest
  @CsvSource({"REKEY_CHILD, right", "REKEY_IKE, right", "REKEY_CHILD, left", "REKEY_IKE, left"})
  void rfc9370_2_2_4_aTakeoverInTheMiddleOfTheFollowUps(Input.Verb verb, String who) {
    for (int n = 0; n < 8; n++) {
      TwoEngines world = world(MULTI + "-ke2_mlkem512-esn", "-ke1_mlkem768-ke2_mlkem512", 1);
      int number = world.sent.size() + n;
      world.fate = arrow -> arrow.number() == number ? TwoEngines.Fate.HOLD : TwoEngines.Fate.PASS;
      order(world.left, 10, verb);
      world.settle();
      (who.equals("left") ? world.left : world.right).takeOver();
      world.wire.addAll(world.held);
      world.settle();
      world.elapse(200 * TwoEngines.SECOND);
      requireOneOfEach(world);
    }
  }
}
