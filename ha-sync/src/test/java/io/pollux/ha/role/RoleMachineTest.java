package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.takeover.TakeoverStep;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One machine, input by input. Own priority 100, the other node's 150. */
class RoleMachineTest extends RoleBench {
  @Test
  void startClosesTheGateBeforeAnythingElse() {
    List<RoleEffect> effects = machine.step(new RoleInput.Start(0), now);
    assertThat(names(effects)).containsExactly("CloseGate");
    assertThat(machine.state()).isEqualTo(new RoleState.Init());
    StepId step = stepOf(effects.getFirst());
    assertThat(names(machine.step(new RoleInput.StepDone(step, true, ""), now)))
        .containsExactly("RemoveVips");
  }

  @Test
  void aGateThatDoesNotCloseEndsTheProcess() {
    List<RoleEffect> effects = machine.step(new RoleInput.Start(0), now);
    List<RoleEffect> next =
        machine.step(new RoleInput.StepDone(stepOf(effects.getFirst()), false, "EPERM"), now);
    assertThat(names(next)).containsExactly("Fence", "CloseGate");
  }

  @Test
  void takeoverKeepsItsOrderAndItsTimes() {
    step(new RoleInput.Start(4));
    List<RoleEffect> effects = sleep(400 * MS);
    assertThat(names(effects).subList(0, 8))
        .containsExactly(
            "PersistEpoch",
            "RepairMargins",
            "AddVips",
            "OpenGate",
            "SendVrrp",
            "Announce",
            "PromoteEngine",
            "TakeoverEnded");
    assertThat(machine.epoch()).isEqualTo(5);
    TakeoverRecord record = machine.history().takeovers().getFirst();
    assertThat(record.complete()).isTrue();
    assertThat(record.steps())
        .extracting(TakeoverRecord.Done::step)
        .containsExactly(TakeoverStep.values());
    assertThat(record.decisionToAnnouncedNs()).hasValue(5 * MS / 10);
    assertThat(record.detectionNs().orElseThrow()).isEqualTo(360_937_500L);
    assertThat(record.toMap()).containsEntry("epoch", 5L).containsEntry("complete", true);
    assertThat(machine.history().transitions())
        .extracting(Transition::reason)
        .containsExactly(Reason.STARTED, Reason.VRRP_SILENT_LINK_DOWN);
    assertThat(machine.history().transitions().getLast().line())
        .isEqualTo("epoch=5 standby (syncing) -> active (alone): VRRP silent and link down");
  }

  @Test
  void aStepThatFailsGivesUpClosesTheGateAndIsAFaultThatIsRetried() {
    refuseGate = true;
    step(new RoleInput.Start(4));
    List<RoleEffect> effects = sleep(400 * MS);
    assertThat(names(effects)).contains("CloseGate", "RemoveVips").doesNotContain("PromoteEngine");
    assertThat(machine.state()).isEqualTo(new RoleState.Fault());
    assertThat(machine.history().takeovers().getFirst().complete()).isFalse();
    refuseGate = false;
    sleep(12_000 * MS);
    assertThat(machine.state()).isEqualTo(new RoleState.Active(Pairing.ALONE));
    assertThat(machine.epoch()).isEqualTo(7);
  }

  @Test
  void aStepThatNeverEndsIsGivenUpToo() {
    machine.step(new RoleInput.Start(0), now);
    List<RoleEffect> effects = machine.step(new RoleInput.Timeout(), now + 1000 * MS);
    assertThat(names(effects)).containsExactly("Fence", "CloseGate");
  }

  @Test
  void daemonDeathGoodbyeAndClosedLinkTakeOverAtOnce() {
    standbyInSync();
    advert(0);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY); // asks: the link is up
    assertThat(all).anyMatch(RoleEffect.SendLinkRole.class::isInstance);
    step(new RoleInput.LinkDown(RoleInput.How.FIN));
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    assertThat(machine.epoch()).isEqualTo(7);
  }

  @Test
  void goodbyeOnAnOpenLinkWaitsFiftyMillisecondsAtMost() {
    standbyInSync();
    advert(0);
    sleep(49 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    sleep(MS);
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
  }

  @Test
  void aGoodbyeThatTheActiveNodeDeniesChangesNothing() {
    standbyInSync();
    List<RoleEffect> effects = advert(0);
    long id = request(effects).id();
    say(new RoleMessage.Refused(id, RoleMessage.Refusal.ACTIVE_AND_HEALTHY));
    sleep(100 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
  }

  private static RoleMessage.YieldRequest request(List<RoleEffect> effects) {
    return messages(effects, RoleMessage.YieldRequest.class).getFirst();
  }

  private static <T extends RoleMessage> List<T> messages(List<RoleEffect> effects, Class<T> type) {
    return effects.stream()
        .filter(RoleEffect.SendLinkRole.class::isInstance)
        .map(e -> RoleMessage.read(((RoleEffect.SendLinkRole) e).octets()).orElseThrow())
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  @Test
  void anOldCloseOfTheLinkIsNoSign() {
    standbyInSync();
    step(new RoleInput.LinkDown(RoleInput.How.FIN));
    now += 60 * MS;
    advert(150);
    sleep(200 * MS); // one missed
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    sleep(200 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
  }

  @Test
  void switchoverHandsOverWithFinalCountersAndGo() {
    activePaired();
    List<RoleEffect> effects = step(new RoleInput.Command(9, RoleInput.Verb.SWITCHOVER));
    assertThat(names(effects))
        .containsExactly(
            "CloseGate",
            "RemoveVips",
            "ArmGuard",
            "DemoteEngine",
            "FinalCounters",
            "SendVrrp",
            "Resync",
            "CommandDone");
    assertThat(messages(effects, RoleMessage.Go.class)).containsExactly(new RoleMessage.Go(0, 5));
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
  }

  @Test
  void switchoverWithoutAReadyPeerIsRefused() {
    activeAlone();
    List<RoleEffect> effects = step(new RoleInput.Command(9, RoleInput.Verb.SWITCHOVER));
    assertThat(effects)
        .containsExactly(new RoleEffect.CommandDone(9, false, "the peer is not a standby in sync"));
  }

  @Test
  void aRequestIsAnsweredYieldedThenGo() {
    activePaired();
    Claim claim = new Claim(150, Octets.of(OTHER.getAddress()), 0);
    List<RoleEffect> effects = say(new RoleMessage.YieldRequest(42, Reason.COMMAND_PROMOTE, claim));
    assertThat(messages(effects, RoleMessage.Yielded.class))
        .containsExactly(new RoleMessage.Yielded(42));
    assertThat(messages(effects, RoleMessage.Go.class)).containsExactly(new RoleMessage.Go(42, 5));
    List<String> names = names(effects);
    assertThat(names.indexOf("CloseGate")).isLessThan(names.indexOf("FinalCounters"));
  }

  @Test
  void aHealthyActiveNodeRefusesRequestsThatRestOnItsSilence() {
    activePaired();
    Claim claim = new Claim(254, Octets.of(OTHER.getAddress()), 0);
    List<RoleEffect> effects =
        say(new RoleMessage.YieldRequest(42, Reason.VRRP_SILENT_PEER_MUTE, claim));
    assertThat(messages(effects, RoleMessage.Refused.class))
        .containsExactly(new RoleMessage.Refused(42, RoleMessage.Refusal.ACTIVE_AND_HEALTHY));
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
  }

  @Test
  void theGuardIsArmedOnlyWithAStandby() {
    activeAlone();
    assertThat(all).noneMatch(RoleEffect.ArmGuard.class::isInstance);
    step(new RoleInput.LinkUp());
    say(health(Role.STANDBY, Sync.IN_SYNC, false, 5));
    assertThat(step(new RoleInput.PairState(Pairing.PAIRED)))
        .contains(new RoleEffect.ArmGuard(true, Lease.defaultNs(100 * MS, 150)));
    assertThat(step(new RoleInput.LinkDown(RoleInput.How.FIN)))
        .anyMatch(e -> e instanceof RoleEffect.ArmGuard(boolean armed, long _) && !armed);
  }

  @Test
  void aStallLongerThanTheLeaseClosesTheGateBeforeAnyAdvertisement() {
    activePaired();
    now += 2000 * MS;
    List<RoleEffect> effects = machine.step(new RoleInput.Timeout(), now);
    assertThat(names(effects)).startsWith("CloseGate").doesNotContain("SendVrrp");
  }

  @Test
  void aFenceByTheGuardMakesAStandby() {
    activePaired();
    step(new RoleInput.GuardFenced("lease", 1));
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    assertThat(machine.history().counts()).containsKey(Reason.GUARD_FENCED);
  }

  @Test
  void aTrackedInterfaceThatGoesDownIsAFaultAndHandsOver() {
    activePaired();
    List<RoleEffect> effects = step(new RoleInput.InterfaceState("eth1", false));
    assertThat(machine.state()).isEqualTo(new RoleState.Fault());
    assertThat(messages(effects, RoleMessage.Go.class)).hasSize(1);
    assertThat(messages(effects, RoleMessage.Health.class).getLast().fault()).isTrue();
    step(new RoleInput.InterfaceState("eth1", true));
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
  }

  /** Nobody can have taken over: packets flow on. */
  @Test
  void aLoneNodeSleepsAsLongAsItLikes() {
    activeAlone();
    now += 60_000 * MS;
    assertThat(names(step(new RoleInput.Timeout()))).doesNotContain("CloseGate");
    step(new RoleInput.LinkUp());
    say(health(Role.STANDBY, Sync.IN_SYNC, false, 5));
    step(new RoleInput.PairState(Pairing.PAIRED));
    step(new RoleInput.LinkDown(RoleInput.How.FIN)); // its daemon has ended
    now += 60_000 * MS;
    assertThat(names(step(new RoleInput.Timeout()))).doesNotContain("CloseGate");
    assertThat(machine.state()).isEqualTo(new RoleState.Active(Pairing.ALONE));
  }

  /** Advertisements every 100 ms, a standby of priority 150: it waits for 341 ms. */
  @Test
  void withoutALinkANodeSleepsNoLongerThanItsStandbyWaits() {
    for (int ms : new int[] {330, 350}) {
      machine = machine(100 * MS, false, List.of());
      activePaired();
      step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
      now = machine.nextTimeoutNs().orElseThrow() + ms * MS;
      List<RoleEffect> effects = step(new RoleInput.Timeout());
      assertThat(names(effects).contains("CloseGate")).isEqualTo(ms > 341);
      if (ms > 341) {
        assertThat(names(effects)).containsSubsequence("FinalCounters", "Resync");
        assertThat(effects).contains(new RoleEffect.Resync(false));
      }
      assertThat(machine.state().role()).isEqualTo(ms > 341 ? Role.STANDBY : Role.ACTIVE);
    }
  }

  /** Armed by what was known before, it might send numbers twice: rather not at all. */
  @Test
  void whoCannotReadWhatItSentInItsSleepKeepsNothing() {
    machine = machine(100 * MS, false, List.of());
    activePaired();
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    now = machine.nextTimeoutNs().orElseThrow() + 5000 * MS;
    List<RoleEffect> effects = new ArrayList<>(machine.step(new RoleInput.Timeout(), now));
    for (int i = 0; i < effects.size(); i++) {
      StepId step = stepOf(effects.get(i));
      if (step != null && !(effects.get(i) instanceof RoleEffect.FinalCounters)) {
        effects.addAll(machine.step(new RoleInput.StepDone(step, true, ""), now));
      }
    }
    assertThat(names(effects)).contains("FinalCounters").doesNotContain("Resync");
    now += 59_000 * MS;
    assertThat(names(machine.step(new RoleInput.Timeout(), now))).doesNotContain("Resync");
    now += 1000 * MS;
    assertThat(machine.step(new RoleInput.Timeout(), now)).contains(new RoleEffect.Resync(true));
    assertThat(machine.state()).isEqualTo(new RoleState.Standby(Sync.SYNCING));
  }

  @Test
  void twoActiveNodesTheLowerPriorityLosesOnVrrpAndOnTheLink() {
    activeAlone();
    step(new RoleInput.Established());
    now += 100 * MS;
    for (int word = 1; word <= 4; word++) { // the other one may be provisional: then it yields
      assertThat(names(advert(150))).contains("SendVrrp").doesNotContain("CloseGate");
    }
    List<RoleEffect> effects = advert(150);
    assertThat(names(effects))
        .startsWith("SendVrrp", "CloseGate") // the last word, so that the winner knows
        .contains("DemoteEngine", "Resync");
    assertThat(effects).contains(new RoleEffect.Resync(true));
    sleep(500 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    step(new RoleInput.LinkUp());
    assertThat(say(health(Role.ACTIVE, Sync.STALE, false, 8)))
        .contains(new RoleEffect.Resync(true));
    assertThat(machine.highestEpoch()).isEqualTo(8);
  }

  @Test
  void twoActiveNodesTheHigherPriorityAssertsAnnouncesAndRekeys() {
    activeAlone();
    step(new RoleInput.Established());
    now += 100 * MS;
    List<RoleEffect> effects = advert(50);
    assertThat(names(effects)).contains("SendVrrp", "AnnounceAgain").doesNotContain("RekeyUsed");
    assertThat(names(advert(50))).doesNotContain("AnnounceAgain", "RekeyUsed");
    assertThat(names(sleep(400 * MS))).containsOnlyOnce("RekeyUsed"); // when the other is silent
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
  }

  @Test
  void anActiveNodeHeardBeforeTheGateOpensEndsTheTakeover() {
    step(new RoleInput.Start(4));
    now = machine.nextTimeoutNs().orElseThrow();
    while (machine.step(new RoleInput.Timeout(), now).stream()
        .noneMatch(RoleEffect.PersistEpoch.class::isInstance)) {
      now = machine.nextTimeoutNs().orElseThrow();
    }
    List<RoleEffect> effects = advert(50);
    assertThat(names(effects)).contains("CloseGate").doesNotContain("OpenGate");
    assertThat(effects.toString()).contains(Reason.ACTIVE_RETURNED.text());
    assertThat(machine.history().takeovers().getFirst().complete()).isFalse();
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
  }

  @Test
  void fastAdvertisementsNeedASelfTest() {
    machine = machine(10 * MS, false, List.of());
    step(new RoleInput.Start(0));
    assertThat(machine.state()).isEqualTo(new RoleState.Fault());
    machine = machine(10 * MS, false, List.of());
    step(new RoleInput.SelfTest(25 * MS));
    List<RoleEffect> effects = step(new RoleInput.Start(0));
    assertThat(effects.toString()).contains("a stall of 25 ms was measured");
    machine = machine(10 * MS, false, List.of());
    step(new RoleInput.SelfTest(3 * MS));
    step(new RoleInput.Start(0));
    sleep(60 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
  }

  @Test
  void externalModeMovesOnCommandsOnly() {
    machine = machine(1000 * MS, true, List.of());
    step(new RoleInput.Start(0));
    sleep(60_000 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    List<RoleEffect> up = step(new RoleInput.Command(1, RoleInput.Verb.PROMOTE));
    assertThat(up).contains(new RoleEffect.CommandDone(1, true, "active, epoch 1"));
    assertThat(names(step(new RoleInput.Command(2, RoleInput.Verb.DEMOTE))))
        .containsExactly("CloseGate", "RemoveVips", "DemoteEngine", "Resync", "CommandDone");
  }

  @Test
  void everyCommandInEveryRoleEndsExactlyOnce() {
    for (RoleInput.Verb verb : RoleInput.Verb.values()) {
      for (int where = 0; where < 4; where++) {
        machine = machine(100 * MS, false, List.of(tracked()));
        all.clear();
        switch (where) {
          case 0 -> {}
          case 1 -> standbyInSync();
          case 2 -> activePaired();
          default -> activeAlone();
        }
        step(new RoleInput.Command(77, verb));
        sleep(3000 * MS);
        assertThat(all.stream().filter(RoleEffect.CommandDone.class::isInstance))
            .as(verb + " in " + where)
            .hasSize(1);
      }
    }
  }
}
