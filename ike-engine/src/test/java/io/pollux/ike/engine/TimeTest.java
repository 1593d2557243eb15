package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Lifetimes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens because time passes: rekeys, liveness, silence, ends. */
class TimeTest {
  private static final long S = TwoEngines.SECOND;

  private final TwoEngines.Connection left = TwoEngines.connection(true);
  private final TwoEngines.Connection right = TwoEngines.connection(false);

  private TwoEngines up(RekeyPolicy child, ChildPolicy.StartAction start) {
    left.children =
        List.of(
            TwoEngines.child("gcm", "10.1.0.0/16", "10.2.0.0/16", "aes256gcm16-esn", child, start));
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    world.requireTraffic("gcm");
    return world;
  }

  private static RekeyPolicy never() {
    return new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void childIsRekeyedAtItsSoftLifetimeAndTheOldOneGoes() {
    TwoEngines world =
        up(new RekeyPolicy(100 * S, 200 * S, 20 * S, 0, 0, 0, 0), ChildPolicy.StartAction.NONE);
    ChildSaSnapshot first = world.left.only().children().getFirst();
    assertThat(first.lifetimes().softNs()).isBetween(80 * S, 100 * S);
    world.elapse(110 * S);
    ChildSaSnapshot second = world.left.only().children().getFirst();
    assertThat(second.inboundSpi()).isNotEqualTo(first.inboundSpi());
    assertThat(world.left.only().children()).hasSize(1);
    assertThat(world.right.only().children()).hasSize(1);
    world.requireTraffic("gcm");
    world.elapse(1000 * S);
    world.requireTraffic("gcm");
  }

  private static List<Lifetimes> generations(TwoEngines world) {
    List<Lifetimes> all = new ArrayList<>();
    for (int id = 100; id < 120; id++) {
      assertThat(world.command(world.left, id, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
      all.add(world.left.only().children().getFirst().lifetimes());
    }
    return all;
  }

  @Test
  void softLimitsByVolumeComeEarlierByTheSamePartAsTheTimeAndTheHardOnesDoNot() {
    RekeyPolicy policy =
        new RekeyPolicy(100 * S, 200 * S, 20 * S, 1_000_000, 1_000_010, 1000, 1001);
    List<Lifetimes> all = generations(up(policy, ChildPolicy.StartAction.NONE));
    assertThat(all)
        .allSatisfy(
            l -> {
              assertThat(l.softBytes()).isGreaterThan(800_000).isLessThanOrEqualTo(1_000_000);
              assertThat(l.softPackets()).isGreaterThan(800).isLessThanOrEqualTo(1000);
              assertThat(l.hardBytes()).isEqualTo(1_000_010);
              assertThat(l.hardPackets()).isEqualTo(1001);
            });
    assertThat(all.stream().map(Lifetimes::softBytes).distinct().count()).isGreaterThan(10);
    assertThat(all.stream().map(Lifetimes::softPackets).distinct().count()).isGreaterThan(10);
    assertThat(all).anyMatch(l -> l.softBytes() / 1000 != l.softPackets()); // each its own
  }

  @Test
  void softLimitsByVolumeWithoutTimeWithoutJitterAndTheSmallest() {
    RekeyPolicy volume = new RekeyPolicy(0, 0, 0, 1_000_000, 1_100_000, 0, 0);
    List<Lifetimes> all = generations(up(volume, ChildPolicy.StartAction.NONE));
    assertThat(all)
        .allSatisfy(l -> assertThat(l.softBytes()).isBetween(900_001L, 1_000_000L))
        .allSatisfy(l -> assertThat(l.softPackets()).isZero()); // no limit is still none
    assertThat(all.stream().map(Lifetimes::softBytes).distinct().count()).isGreaterThan(10);
    RekeyPolicy exact = new RekeyPolicy(100 * S, 200 * S, 0, 1_000_000, 1_100_000, 500, 550);
    assertThat(generations(up(exact, ChildPolicy.StartAction.NONE)))
        .allSatisfy(l -> assertThat(l.softBytes()).isEqualTo(1_000_000))
        .allSatisfy(l -> assertThat(l.softPackets()).isEqualTo(500));
    RekeyPolicy all100 = new RekeyPolicy(100 * S, 200 * S, 100 * S, 1, 1, 2, 2);
    assertThat(generations(up(all100, ChildPolicy.StartAction.NONE)))
        .allSatisfy(l -> assertThat(l.softBytes()).isEqualTo(1)) // 0 would be no limit
        .allSatisfy(l -> assertThat(l.softPackets()).isBetween(1L, 2L));
  }

  @Test
  void softLimitByVolumeRekeysOnce() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    ChildSaSnapshot first = world.left.only().children().getFirst();
    world.left.step(new Input.ChildExpired(first.outbound(), false));
    world.left.step(new Input.ChildExpired(first.inbound(), false));
    world.settle();
    assertThat(world.left.only().children()).hasSize(1);
    assertThat(world.left.only().children().getFirst().inboundSpi())
        .isNotEqualTo(first.inboundSpi());
    world.requireTraffic("gcm");
  }

  @Test
  void ikeSaIsRekeyedAtItsSoftLifetime() {
    left.rekey = new RekeyPolicy(100 * S, 200 * S, 0, 0, 0, 0, 0);
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    IkeSaSnapshot first = world.left.only();
    world.elapse(110 * S);
    IkeSaSnapshot second = world.left.only();
    assertThat(second.spis()).isNotEqualTo(first.spis());
    assertThat(second.spis()).isEqualTo(world.right.only().spis());
    assertThat(second.children()).hasSize(1);
    assertThat(second.ageNs()).isLessThan(20 * S);
    world.requireTraffic("gcm");
  }

  /** RFC 7296 section 2.4; however short the time since the old one was established. */
  @Test
  @Rfc({"7296-2.4-2"})
  void aPeerThatStartedAnewAndInitiatesReplacesWhatItHasLost() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    IkeSaSnapshot lost = world.left.only();
    world.right.restart();
    world.elapse(S);

    assertThat(world.command(world.right, 1000, Input.Verb.UP, "").ok()).isTrue();
    world.elapse(S);

    assertThat(world.left.only().spis())
        .isEqualTo(world.right.only().spis())
        .isNotEqualTo(lost.spis());
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"7296-2.4-4"})
  void aSilentPeerIsAskedAndThenGivenUp() {
    left.livenessNs = 30 * S;
    TwoEngines world = up(never(), ChildPolicy.StartAction.START);
    world.elapse(100 * S);
    assertThat(world.left.counter("liveness_checks")).isBetween(3L, 4L);
    world.fate = _ -> TwoEngines.Fate.DROP;
    world.elapse(400 * S);
    assertThat(world.left.effects)
        .contains(
            new Effect.Replicate(
                new IkeEvent.IkeSaDown(world.right.only().spis(), DeleteReason.PEER_SILENT)));
    assertThat(world.left.kernel.inbound).isEmpty();
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.elapse(400 * S);
    world.requireTraffic("gcm"); // INITIAL_CONTACT has cleared what the other side still had
    assertThat(world.right.only().spis()).isEqualTo(world.left.only().spis());
  }

  @Test
  @Rfc({"7296-2.8-1", "7296-2.8-2"})
  void hardLifetimeEndsAnIkeSaThatCannotBeRekeyed() {
    left.rekey = new RekeyPolicy(0, 100 * S, 0, 0, 0, 0, 0);
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    world.elapse(200 * S);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.kernel.policies).isEmpty();
  }

  @Test
  void bothSidesRekeyTheSameChildAtOnce() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    crossing(world, Input.Verb.REKEY_CHILD);
    world.elapse(120 * S);
    assertThat(world.left.only().children()).hasSize(1);
    assertThat(world.right.only().children()).hasSize(1);
    world.requireTraffic("gcm");
  }

  @Test
  void bothSidesRekeyTheIkeSaAtOnce() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    crossing(world, Input.Verb.REKEY_IKE);
    world.elapse(120 * S);
    assertThat(world.left.only().spis()).isEqualTo(world.right.only().spis());
    world.requireTraffic("gcm");
  }

  @Test
  void oneSideRekeysTheIkeSaWhileTheOtherRekeysTheChild() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    order(world.left, 7, Input.Verb.REKEY_CHILD);
    order(world.right, 7, Input.Verb.REKEY_IKE);
    world.elapse(120 * S);
    assertThat(world.left.only().spis()).isEqualTo(world.right.only().spis());
    world.requireTraffic("gcm");
    assertThat(world.left.done.get(7L)).isNotNull();
    assertThat(world.right.done.get(7L)).isNotNull();
  }

  @Test
  void oneSideDeletesWhatTheOtherRekeys() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    order(world.left, 7, Input.Verb.REKEY_CHILD);
    world.right.step(new Input.Command(7, Input.Verb.DOWN, "branch", java.util.Optional.of("gcm")));
    world.elapse(120 * S);
    assertThat(world.left.done).containsKey(7L);
    assertThat(world.right.done).containsKey(7L);
    assertThat(world.left.kernel.inbound).hasSameSizeAs(world.right.kernel.inbound);
    order(world.left, 8, Input.Verb.DOWN);
    world.elapse(120 * S);
    assertThat(world.right.kernel.inbound).isEmpty();
  }

  @Test
  void bothSidesDeleteTheSameAtOnce() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    for (Node node : List.of(world.left, world.right)) {
      node.step(new Input.Command(7, Input.Verb.DOWN, "branch", java.util.Optional.of("gcm")));
    }
    world.elapse(120 * S);
    assertThat(world.left.only().children()).isEmpty();
    assertThat(world.right.only().children()).isEmpty();
    crossing(world, Input.Verb.DOWN);
    world.elapse(400 * S);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.done.values()).allMatch(Effect.CommandDone::ok);
  }

  private static void crossing(TwoEngines world, Input.Verb verb) {
    order(world.left, 9, verb);
    order(world.right, 9, verb);
    world.settle();
  }

  private static void order(Node node, long id, Input.Verb verb) {
    node.step(new Input.Command(id, verb, "branch", java.util.Optional.empty()));
  }

  @Test
  void theKernelMayTakeItsTime() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.NONE);
    world.right.holdKernel = true;
    order(world.left, 7, Input.Verb.REKEY_CHILD);
    world.elapse(10 * S); // the request comes again and again meanwhile
    assertThat(world.left.done).doesNotContainKey(7L);
    world.right.holdKernel = false;
    world.elapse(10 * S);
    assertThat(world.left.done.get(7L).ok()).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.right.only().children()).hasSize(1);
  }

  @Test
  void changedConnectionsStartOverAndOthersStay() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.START);
    var before = world.left.only().spis();
    world.left.step(new Input.Reconfigured(world.left.connections));
    world.settle();
    assertThat(world.left.only().spis()).isEqualTo(before);
    left.livenessNs = 20 * S; // asked for again whenever it is needed
    world.left.step(new Input.Reconfigured(List.of(left.build())));
    world.elapse(10 * S);
    assertThat(world.left.only().spis()).isEqualTo(before);
    left.forceUdpEncap = true;
    world.left.step(new Input.Reconfigured(List.of(left.build())));
    world.elapse(10 * S);
    assertThat(world.left.only().spis()).isNotEqualTo(before);
    world.requireTraffic("gcm");
    world.left.step(new Input.Reconfigured(List.of()));
    world.elapse(10 * S);
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.kernel.policies).isEmpty();
  }

  @Test
  void aChildThatIsNewOrChangedLeavesTheOthersAlone() {
    right.children =
        List.of(
            right.children.getFirst(),
            TwoEngines.child(false, "cbc", "10.3.0.0/16", "10.4.0.0/16", "aes256gcm16-esn"));
    TwoEngines world = up(never(), ChildPolicy.StartAction.START);
    var ike = world.left.only().spis();
    var gcm = world.left.only().children().getFirst().inboundSpi();
    ChildPolicy kept = left.children.getFirst();
    ChildPolicy cbc =
        TwoEngines.child(
            "cbc",
            "10.3.0.0/16",
            "10.4.0.0/16",
            "aes256gcm16-esn",
            new RekeyPolicy(0, 0, 0, 0, 0, 0, 0),
            ChildPolicy.StartAction.START);
    left.children = List.of(kept, cbc);
    world.left.step(new Input.Reconfigured(List.of(left.build())));
    world.elapse(10 * S);
    assertThat(world.left.only().spis()).isEqualTo(ike);
    assertThat(world.left.only().children())
        .hasSize(2)
        .anyMatch(c -> c.child().equals("gcm") && c.inboundSpi().equals(gcm))
        .anyMatch(c -> c.child().equals("cbc"));
    left.children = List.of(kept);
    world.left.step(new Input.Reconfigured(List.of(left.build())));
    world.elapse(10 * S);
    assertThat(world.left.only().spis()).isEqualTo(ike);
    assertThat(world.left.only().children())
        .singleElement()
        .matches(c -> c.inboundSpi().equals(gcm));
    world.requireTraffic("gcm");
  }

  @Test
  void whatIsDownSaysWhyAndWhenItIsTriedAgain() {
    left.children =
        List.of(
            TwoEngines.child(
                "gcm",
                "10.1.0.0/16",
                "10.2.0.0/16",
                "aes256gcm16-esn",
                never(),
                ChildPolicy.StartAction.START));
    right.proposals = "aes128gcm16-prfsha256-ecp256";
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    world.command(world.left, 1, Input.Verb.UP, "");
    world.elapse(6 * S);
    ChildDown down = world.left.engine.down().getFirst();
    assertThat(down.child()).isEqualTo("gcm");
    assertThat(down.state()).isEqualTo(ChildDown.State.WAITING);
    assertThat(down.isTrouble()).isTrue();
    assertThat(down.failure().orElseThrow()).contains("NO_PROPOSAL_CHOSEN");
    assertThat(down.failures()).isPositive();
    assertThat(down.nextTryNs()).isPresent();
    assertThat(world.right.engine.down().getFirst().state()).isEqualTo(ChildDown.State.PASSIVE);
    right.proposals = left.proposals;
    world.right.step(new Input.Reconfigured(List.of(right.build())));
    world.elapse(100 * S);
    world.requireTraffic("gcm");
    assertThat(world.left.engine.down()).isEmpty();
    order(world.left, 9, Input.Verb.DOWN);
    world.settle();
    assertThat(world.left.engine.down().getFirst().state()).isEqualTo(ChildDown.State.HELD);
  }

  @Test
  void aDemotedNodeIsSilentAndForgets() {
    TwoEngines world = up(never(), ChildPolicy.StartAction.START);
    int sent = world.sent.size();
    world.left.checkShadow = false;
    world.left.step(new Input.Demote());
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.left.engine.nextTimeoutNs()).isEmpty();
    order(world.right, 5, Input.Verb.REKEY_CHILD);
    world.elapse(20 * S);
    assertThat(world.sent.subList(sent, world.sent.size())).allMatch(a -> a.from() == world.right);
    order(world.left, 6, Input.Verb.UP);
    assertThat(world.left.done.get(6L).message()).isEqualTo("this node is not active");
  }
}
