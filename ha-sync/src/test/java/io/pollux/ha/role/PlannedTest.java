package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleInput.Verb;
import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DESIGN 4.7: what operators and restarts do to a role. */
class PlannedTest extends RoleBench {
  private static RoleEffect.CommandDone answer(List<RoleEffect> effects) {
    return effects.stream()
        .filter(RoleEffect.CommandDone.class::isInstance)
        .map(RoleEffect.CommandDone.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private List<RoleEffect> order(Verb verb) {
    return step(new RoleInput.Command(7, verb));
  }

  @Test
  void whoWasAloneGoesOnWithItsReignAndNeverClosesItsGate() {
    assertThat(names(step(new RoleInput.Resume(5)))).isEmpty();
    assertThat(machine.gateOpen()).isTrue();
    List<RoleEffect> effects = sleep(160 * MS);
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
    assertThat(names(all)).doesNotContain("CloseGate", "RemoveVips", "Resync");
    assertThat(machine.state()).isEqualTo(new RoleState.Active(Pairing.ALONE));
    assertThat(machine.epoch()).isEqualTo(7);
    assertThat(machine.history().takeovers().getFirst().cause()).isEqualTo(Reason.RESUMED.text());
  }

  @Test
  void whoFindsAnotherActiveGivesItsOldReignUp() {
    step(new RoleInput.Resume(5));
    assertThat(names(advert(150))).containsExactly("CloseGate", "Resync", "RemoveVips");
    assertThat(machine.state()).isEqualTo(new RoleState.Standby(Sync.SYNCING));
    assertThat(machine.gateOpen()).isFalse();
    sleep(160 * MS);
    assertThat(names(all)).doesNotContain("PromoteEngine");
  }

  @Test
  void thePeersWordOverTheLinkCountsAsWell() {
    step(new RoleInput.Resume(5));
    step(new RoleInput.LinkUp());
    assertThat(names(say(health(Role.ACTIVE, Sync.STALE, false, 8)))).contains("CloseGate");
    assertThat(machine.state()).isEqualTo(new RoleState.Standby(Sync.SYNCING));
    assertThat(machine.highestEpoch()).isEqualTo(8);
  }

  @Test
  void aFaultEndsTheReignThatWasResumed() {
    step(new RoleInput.Resume(5));
    step(new RoleInput.InterfaceState("eth1", false));
    sleep(160 * MS);
    assertThat(names(all)).contains("CloseGate", "RemoveVips");
    assertThat(machine.state()).isEqualTo(new RoleState.Fault());
  }

  @Test
  void maintenanceKeepsAStandbyFromTakingOver() {
    standbyInSync();
    assertThat(answer(order(Verb.MAINTENANCE_ON)).ok()).isTrue();
    assertThat(machine.maintenance()).isTrue();
    assertThat(all).contains(new RoleEffect.KeepMaintenance(true));
    step(new RoleInput.LinkDown(RoleInput.How.FIN));
    sleep(5000 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    assertThat(answer(order(Verb.PROMOTE)))
        .isEqualTo(
            new RoleEffect.CommandDone(
                7, false, "this node is in maintenance (polluxctl ha maintenance off)"));
    assertThat(answer(order(Verb.MAINTENANCE_OFF)).ok()).isTrue();
    sleep(1000 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    assertThat(all).contains(new RoleEffect.KeepMaintenance(false));
  }

  @Test
  void thePeerHearsThatANodeInMaintenanceIsNotReady() {
    standbyInSync();
    List<RoleEffect> effects = order(Verb.MAINTENANCE_ON);
    RoleMessage said =
        effects.stream()
            .filter(RoleEffect.SendLinkRole.class::isInstance)
            .map(e -> RoleMessage.read(((RoleEffect.SendLinkRole) e).octets()).orElseThrow())
            .findFirst()
            .orElseThrow();
    assertThat(said).isInstanceOf(RoleMessage.Health.class);
    assertThat(((RoleMessage.Health) said).fault()).isTrue();
  }

  @Test
  void anActiveNodeHandsOverBeforeItsMaintenance() {
    activePaired();
    assertThat(answer(order(Verb.MAINTENANCE_ON)))
        .isEqualTo(
            new RoleEffect.CommandDone(
                7, false, "this node is active: hand over first (polluxctl ha switchover)"));
    assertThat(machine.maintenance()).isFalse();
    say(health(Role.STANDBY, Sync.IN_SYNC, true, 5));
    assertThat(answer(order(Verb.SWITCHOVER)).ok()).isFalse();
  }

  @Test
  void maintenanceOutlivesARestart() {
    step(new RoleInput.Command(0, Verb.MAINTENANCE_ON));
    step(new RoleInput.Start(4));
    sleep(5000 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    assertThat(machine.maintenance()).isTrue();
  }

  @Test
  void aGateThatWasClosedForUsIsNotLeftClosed() {
    standbyInSync();
    order(Verb.MAINTENANCE_ON);
    say(new RoleMessage.Go(0, 6)); // was on its way when maintenance was ordered
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    assertThat(machine.maintenance()).isFalse();
  }
}
