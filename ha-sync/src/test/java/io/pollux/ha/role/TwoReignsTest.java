package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleMessage.Standing;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ike.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Two reigns meet, seen from one side; its own epoch is 7, or 5 where it was alone. The partner
 * claims more (priority 150) or less than this node (100).
 */
class TwoReignsTest extends RoleBench {
  private static RoleMessage.Health reigns(int priority, long epoch, long ageNs, long outlasts) {
    Claim claim = new Claim(priority, Octets.of(OTHER.getAddress()), 0);
    Standing standing = new Standing(epoch, ageNs, outlasts, epoch);
    return new RoleMessage.Health(Role.ACTIVE, Sync.STALE, false, epoch, claim, false, standing);
  }

  private Standing said(List<RoleEffect> effects) {
    return effects.stream()
        .filter(RoleEffect.SendLinkRole.class::isInstance)
        .map(e -> RoleMessage.read(((RoleEffect.SendLinkRole) e).octets()).orElseThrow())
        .filter(RoleMessage.Health.class::isInstance)
        .map(m -> ((RoleMessage.Health) m).standing())
        .toList()
        .getLast();
  }

  /** Paired for a while, then the link is gone. */
  private void separated() {
    activePaired();
    say(health(Role.STANDBY, Sync.IN_SYNC, false, 5));
    step(new RoleInput.LinkDown(RoleInput.How.RESET));
  }

  @Test
  void aPartnerThatAdvertisesAMomentAfterItFollowedHasWaitedLongerThanOurClockSays() {
    separated();
    sleep(150 * MS);
    List<RoleEffect> effects = advert(50); // whatever its claim
    assertThat(names(effects)).startsWith("SendVrrp").contains("CloseGate", "FinalCounters");
    assertThat(effects.toString()).contains("stood still").doesNotContain("Resync[discard=true]");
    assertThat(names(advert(50))).contains("Resync");
    assertThat(all).contains(new RoleEffect.Resync(true));
  }

  /**
   * It was heard, so it has the newer copy; but it is gone, and the older one is better than none.
   */
  @Test
  void ifThatOneIsHeardOnceAndNeverAgainTheNextReignIsProvisional() {
    separated();
    sleep(150 * MS);
    advert(50);
    sleep(500 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    assertThat(all).doesNotContain(new RoleEffect.Resync(true));
    step(new RoleInput.LinkUp());
    assertThat(names(say(reigns(50, 6, 1700 * MS, 0)))).contains("CloseGate");
    assertThat(all).contains(new RoleEffect.Resync(true));
  }

  @Test
  void oneThatAdvertisesLaterMeetsTheClaims() {
    separated();
    sleep(400 * MS);
    assertThat(names(advert(50))).contains("SendVrrp").doesNotContain("CloseGate");
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
  }

  @Test
  void aReignThatIsOlderThanOurSeparationEndsOurs() {
    separated();
    sleep(2000 * MS);
    step(new RoleInput.LinkUp());
    assertThat(names(say(reigns(50, 6, 5000 * MS, 0)))).contains("CloseGate");
    assertThat(all).doesNotContain(new RoleEffect.Resync(true));
  }

  @Test
  void oneThatIsYoungerMeetsTheClaimsAndIsToldSo() {
    separated();
    sleep(2000 * MS);
    step(new RoleInput.LinkUp());
    List<RoleEffect> effects = say(reigns(50, 6, 1700 * MS, 0));
    assertThat(names(effects)).doesNotContain("CloseGate");
    assertThat(said(effects).reign()).isEqualTo(5);
    assertThat(said(effects).outlasts()).isEqualTo(6);
    assertThat(names(say(reigns(150, 6, 1700 * MS, 0)))).contains("CloseGate");
  }

  @Test
  void whoWasNeverFollowedMeetsTheClaims() {
    activeAlone();
    step(new RoleInput.Established());
    step(new RoleInput.LinkUp());
    assertThat(names(say(reigns(50, 6, 5000 * MS, 0)))).doesNotContain("CloseGate");
  }

  @Test
  void theYoungerReignWaitsForTheOlderOnesWord() {
    standbyInSync(); // of epoch 6
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    sleep(600 * MS);
    assertThat(machine.epoch()).isEqualTo(7);
    step(new RoleInput.LinkUp());
    List<RoleEffect> effects = say(reigns(150, 6, 9000 * MS, 0));
    assertThat(names(effects)).doesNotContain("CloseGate");
    assertThat(said(effects).reign()).isEqualTo(7);
    assertThat(names(say(reigns(150, 6, 9000 * MS, 7)))).contains("CloseGate");
    assertThat(all).contains(new RoleEffect.Resync(true));
  }

  @Test
  void andRekeysWhatBothHaveUsedWhenThatOneStepsBack() {
    standbyInSync();
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    sleep(600 * MS);
    step(new RoleInput.LinkUp());
    say(reigns(150, 6, 9000 * MS, 0));
    say(health(Role.STANDBY, Sync.STALE, false, 7));
    assertThat(names(sleep(200 * MS))).contains("RekeyUsed").doesNotContain("CloseGate");
  }

  /** It does not say how long it has reigned, and waits for nobody. */
  @Test
  void withAnOlderVersionTheClaimsDecideAtOnce() {
    standbyInSync();
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    sleep(600 * MS);
    step(new RoleInput.LinkUp());
    assertThat(names(say(health(Role.ACTIVE, Sync.STALE, false, 6)))).contains("CloseGate");
  }

  @Test
  void aSuspendOfTheMachineIsOversleepingAlthoughTheClockDidNotCountIt() {
    activePaired();
    say(health(Role.STANDBY, Sync.IN_SYNC, false, 5));
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    sleep(2000 * MS);
    assertThat(names(step(new RoleInput.Suspended(300 * MS)))).doesNotContain("CloseGate");
    assertThat(names(step(new RoleInput.Suspended(400 * MS)))).contains("CloseGate");
    assertThat(machine.history().transitions())
        .extracting(Transition::reason)
        .contains(Reason.OVERSLEPT);
  }

  @Test
  void andEndsTheLeaseOfOneThatIsPaired() {
    activePaired();
    assertThat(names(step(new RoleInput.Suspended(100 * MS)))).doesNotContain("CloseGate");
    assertThat(names(step(new RoleInput.Suspended(200 * MS)))).contains("CloseGate");
  }
}
