package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleInput.Verb;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.takeover.TakeoverStep;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps of a takeover that a busy machine does not end in time. */
class SlowStepsTest extends RoleBench {
  @Test
  void announcementsThatTakeLongDoNotGiveATakeoverUp() {
    machine = machine(100 * MS, true, List.of());
    step(new RoleInput.Start(4));
    promoteWithout(RoleEffect.Announce.class);
    assertThat(machine.gateOpen()).isTrue();
    now += RoleConfig.STEP_NS;
    step(new RoleInput.Timeout());
    assertThat(machine.state().role()).isEqualTo(Role.ACTIVE);
    assertThat(machine.history().takeovers().getFirst().steps())
        .filteredOn(done -> done.step() == TakeoverStep.ANNOUNCE)
        .allMatch(done -> !done.ok());
    assertThat(machine.history().takeovers().getFirst().steps().getLast().step())
        .isEqualTo(TakeoverStep.ENGINE);
  }

  @Test
  void anEngineThatTakesLongDoesNotStopThePackets() {
    machine = machine(100 * MS, true, List.of());
    step(new RoleInput.Start(4));
    promoteWithout(RoleEffect.PromoteEngine.class);
    now += 30 * RoleConfig.STEP_NS;
    step(new RoleInput.Timeout());
    assertThat(machine.gateOpen()).isTrue();
    now += 31 * RoleConfig.STEP_NS;
    step(new RoleInput.Timeout());
    assertThat(machine.gateOpen()).isFalse();
  }

  @Test
  void aSlowDiskDoesNotEndTheReignThatALoneNodeGoesOnWith() {
    machine = machine(100 * MS, true, List.of());
    step(new RoleInput.Resume(5));
    now += 160 * MS;
    assertThat(machine.step(new RoleInput.Timeout(), now))
        .anyMatch(RoleEffect.PersistEpoch.class::isInstance);
    now += 5 * RoleConfig.STEP_NS;
    assertThat(machine.step(new RoleInput.Timeout(), now))
        .noneMatch(RoleEffect.CloseGate.class::isInstance);
  }

  /** They wait behind all that the kernel was told to do before; a fault would last as long. */
  @Test
  void marginsHaveTheTimeThatAFirstCopyTakes() {
    machine = machine(100 * MS, true, List.of());
    step(new RoleInput.Start(4));
    promoteWithout(RoleEffect.RepairMargins.class);
    now += 9 * RoleConfig.STEP_NS;
    step(new RoleInput.Timeout());
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    now += 2 * RoleConfig.STEP_NS;
    step(new RoleInput.Timeout());
    assertThat(machine.state().role()).isEqualTo(Role.FAULT);
    assertThat(machine.gateOpen()).isFalse();
  }

  @Test
  void slowTimersLeaveStepsMoreTime() {
    machine = machine(1000 * MS, true, List.of());
    step(new RoleInput.Start(4));
    promoteWithout(RoleEffect.AddVips.class);
    now += 2 * RoleConfig.STEP_NS;
    step(new RoleInput.Timeout());
    assertThat(machine.state().role()).isEqualTo(Role.STANDBY);
    now += 2 * RoleConfig.STEP_NS;
    step(new RoleInput.Timeout());
    assertThat(machine.state().role()).isEqualTo(Role.FAULT);
  }

  /** Answers every step until that one. */
  private void promoteWithout(Class<? extends RoleEffect> slow) {
    List<RoleEffect> effects =
        new ArrayList<>(machine.step(new RoleInput.Command(1, Verb.PROMOTE), now));
    for (int i = 0; i < effects.size(); i++) {
      StepId step = stepOf(effects.get(i));
      if (slow.isInstance(effects.get(i))) {
        return;
      }
      if (step != null) {
        effects.addAll(machine.step(new RoleInput.StepDone(step, true, ""), now));
      }
    }
  }
}
