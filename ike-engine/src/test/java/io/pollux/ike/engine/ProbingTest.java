package io.pollux.ike.engine;

import static io.pollux.ike.engine.Rfc6311Test.LONG;
import static io.pollux.ike.engine.Rfc6311Test.SECOND;
import static io.pollux.ike.engine.Rfc6311Test.furtherOn;
import static io.pollux.ike.engine.Rfc6311Test.requireSameWindows;
import static io.pollux.ike.engine.Rfc6311Test.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a takeover the peer is found without RFC 6311's question (its section 7). */
class ProbingTest {
  /** So many of the dead node's requests were never told to its standby. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void section7_anOldShadowTriesTheNextIdsBeforeItAsks(int missed) {
    TwoEngines world = up(30 * SECOND, 0);
    List<IkeSaSnapshot> old = world.left.shadow.snapshots(world.now);
    long known = world.left.only().window().nextOwn().value();
    while (world.left.only().window().nextOwn().value() < known + missed) {
      world.elapse(SECOND);
    }
    world.left.takeOverStale(old);
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    world.elapse(60 * SECOND);
    assertThat(world.left.done.get(2L).ok()).isTrue();
    assertThat(world.left.counter("syncs_asked")).isZero();
    // The peer repeats its last answer under the ID before the one it waits for.
    assertThat(world.left.counter("message_ids_probed")).isEqualTo(missed > 1 ? 1 : 0);
    requireSameWindows(world);
    world.command(world.right, 2, Input.Verb.REKEY_IKE, "");
    assertThat(world.right.done.get(2L).ok()).isTrue();
    world.requireTraffic("gcm");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void section7_aRequestThatIsFurtherOnIsTheNextOneAfterATakeover(boolean complete) {
    TwoEngines world = up(0, 30 * SECOND);
    List<IkeSaSnapshot> old = world.left.shadow.snapshots(world.now);
    int first = world.sent.size();
    world.elapse(LONG);
    List<TwoEngines.Arrow> missed =
        world.sent.subList(first, world.sent.size()).stream()
            .filter(a -> a.from() == world.right)
            .toList();
    world.left.takeOver(old, complete);
    TwoEngines.Arrow forged = missed.getLast();
    world.left.receive(forged.destination(), forged.source(), furtherOn(forged.octets()));
    assertThat(world.left.counter("message_ids_followed")).isZero();
    world.command(world.right, 2, Input.Verb.REKEY_CHILD, "");
    world.settle();
    assertThat(world.right.done.get(2L).ok()).isTrue();
    assertThat(world.left.counter("message_ids_followed")).isEqualTo(1);
    requireSameWindows(world);
    world.elapse(LONG);
    assertThat(world.left.counter("syncs_asked")).isZero();
    requireSameWindows(world);
    world.requireTraffic("gcm");
  }

  /**
   * The way is broken for a while after the takeover: what was asked is asked until it is heard.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 9, 30, 60})
  void section7_aPeerThatIsOutOfReachForAWhileIsNotLost(int seconds) {
    TwoEngines world = up(0);
    world.left.takeOver();
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.left.step(new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", Optional.empty()));
    world.elapse(seconds * SECOND);
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(60 * SECOND);
    assertThat(world.left.done.get(2L).ok()).isTrue();
    assertThat(world.left.counter("syncs_asked")).isZero();
    requireSameWindows(world);
    world.requireTraffic("gcm");
  }

  /** Each answer is lost for a while: the peer has done what was asked, and works on the probes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 9, 30, 60})
  void section7_aPeerWhoseAnswersAreLostForAWhileIsNotLost(int seconds) {
    for (boolean complete : List.of(true, false)) {
      TwoEngines world = up(0);
      world.left.takeOver(world.left.shadow.snapshots(world.now), complete);
      world.fate = a -> a.from() == world.right ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
      world.left.step(new Input.Command(2, Input.Verb.REKEY_CHILD, "branch", Optional.empty()));
      world.elapse(seconds * SECOND);
      world.fate = _ -> TwoEngines.Fate.PASS;
      world.elapse(120 * SECOND);
      assertThat(world.left.engine.snapshot(world.now)).hasSize(1);
      assertThat(world.left.only().children()).hasSize(1);
      requireSameWindows(world);
      world.requireTraffic("gcm");
    }
  }

  /** Two active nodes: the other one has used IDs of ours and answered requests of the peer's. */
  @Test
  void section7_afterAnotherActiveNodeThePeersWindowsAreFoundAgain() {
    for (boolean woken : List.of(true, false)) {
      TwoEngines world = up(30 * SECOND);
      if (!woken) {
        world.left.takeOver();
      }
      List<IkeSaSnapshot> old = world.left.shadow.snapshots(world.now);
      world.elapse(40 * SECOND);
      world.left.takeOver(old, true); // this one stays, and knows nothing of the last 40 s
      world.left.othersHaveSent();
      world.left.step(new Input.Contested());
      world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
      world.elapse(60 * SECOND);
      assertThat(world.left.done.get(2L).ok()).isTrue();
      assertThat(world.left.counter("syncs_asked")).isZero();
      requireSameWindows(world);
      world.requireTraffic("gcm");
    }
  }
}
