package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleInput.Verb;
import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Another manager decides: its orders are followed, and nothing moves without one. */
class ExternalModeTest extends RoleBench {
  @Test
  void anOrderIsFollowedWhetherThePeerAnswersOrNot() {
    external();
    step(new RoleInput.LinkUp());
    say(health(Role.ACTIVE, Sync.STALE, false, 6));
    assertThat(names(step(new RoleInput.Command(1, Verb.PROMOTE)))).isEmpty(); // asks first
    List<RoleEffect> effects = sleep(RoleConfig.HANDSHAKE_NS);
    assertThat(names(effects)).contains("OpenGate", "CommandDone");
    assertThat(machine.state()).isEqualTo(new RoleState.Active(Pairing.ALONE));
  }

  @Test
  void noPeerMakesItActive() {
    external();
    step(new RoleInput.LinkUp());
    step(new RoleInput.ShadowState(Sync.IN_SYNC));
    say(new RoleMessage.Go(0, 6));
    sleep(10_000 * MS);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
  }

  @Test
  void ofTwoThatWereBothToldTheLaterReignStays() {
    external();
    step(new RoleInput.Command(1, Verb.PROMOTE));
    assertThat(machine.epoch()).isEqualTo(5);
    step(new RoleInput.LinkUp());
    say(health(Role.ACTIVE, Sync.STALE, false, 4));
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    assertThat(names(say(health(Role.ACTIVE, Sync.STALE, false, 6)))).contains("CloseGate");
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
  }

  @Test
  void anOrderToGoDownPromotesNobody() {
    external();
    step(new RoleInput.Command(1, Verb.PROMOTE));
    step(new RoleInput.LinkUp());
    say(health(Role.STANDBY, Sync.IN_SYNC, false, 6));
    all.clear();
    step(new RoleInput.Command(2, Verb.DEMOTE));
    assertThat(
            all.stream()
                .filter(RoleEffect.SendLinkRole.class::isInstance)
                .map(s -> RoleMessage.read(((RoleEffect.SendLinkRole) s).octets()).orElseThrow()))
        .noneMatch(RoleMessage.Go.class::isInstance);
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
  }

  private void external() {
    machine = machine(1000 * MS, true, List.of());
    step(new RoleInput.Start(4));
  }
}
