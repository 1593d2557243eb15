package io.pollux.ha.role;

import io.pollux.ha.role.Phase.Target;
import io.pollux.ha.role.RoleInput.Verb;
import java.util.OptionalLong;

/** What operators and other managers can order, per phase. */
final class Commands {
  private final RoleCore core;
  private final Watch watch;
  private final Fall fall;

  Commands(RoleCore core, Watch watch, Fall fall) {
    this.core = core;
    this.watch = watch;
    this.fall = fall;
  }

  void run(long id, Verb verb) {
    OptionalLong command = OptionalLong.of(id);
    switch (verb) {
      case PROMOTE -> promote(command, Reason.COMMAND_PROMOTE);
      case DEMOTE -> demote(command);
      case SWITCHOVER -> switchover(command);
      case FAULT -> fault(command);
      case CLEAR_FAULT -> {
        core.orderedFault = false;
        core.stepFault = false;
        core.commandDone(command, true, "fault cleared");
      }
      case MAINTENANCE_ON -> maintenance(command);
      case MAINTENANCE_OFF -> {
        core.maintenance(false);
        core.commandDone(command, true, "maintenance is off: this node takes over when it must");
      }
      case STOP -> stop(command);
    }
  }

  private void maintenance(OptionalLong command) {
    switch (core.phase) {
      case Phase.Idle _, Phase.Booting _, Phase.Watching _, Phase.Broken _ -> {
        core.maintenance(true);
        core.commandDone(command, true, "maintenance is on: this node takes nothing over");
      }
      case Phase.Reigning _, Phase.Resuming _ ->
          core.commandDone(
              command, false, "this node is active: hand over first (polluxctl ha switchover)");
      case Phase.Asking _, Phase.Rising _, Phase.Falling _ -> busy(command);
    }
  }

  private void promote(OptionalLong command, Reason reason) {
    if (core.maintenance && !core.gateOpen()) {
      core.commandDone(
          command, false, "this node is in maintenance (polluxctl ha maintenance off)");
      return;
    }
    switch (core.phase) {
      case Phase.Watching _ -> watch.order(reason, command);
      case Phase.Reigning _ -> core.commandDone(command, true, "already active");
      case Phase.Idle _,
          Phase.Booting _,
          Phase.Resuming _,
          Phase.Asking _,
          Phase.Rising _,
          Phase.Falling _,
          Phase.Broken _ ->
          busy(command);
    }
  }

  private void demote(OptionalLong command) {
    if (core.phase instanceof Phase.Reigning) {
      down(Target.STANDBY, Reason.COMMAND_DEMOTE, command);
    } else if (core.gateOpen()) {
      busy(command);
    } else {
      core.commandDone(command, true, "not active");
    }
  }

  private void switchover(OptionalLong command) {
    if (core.config.external()) {
      core.commandDone(command, false, "another manager decides who is active: tell that one");
    } else if (!(core.phase instanceof Phase.Reigning)) {
      promote(command, Reason.COMMAND_SWITCHOVER);
    } else if (core.peer.ready(core.muteAfterNs(), core.now)) {
      down(Target.STANDBY, Reason.COMMAND_SWITCHOVER, command);
    } else {
      core.commandDone(command, false, "the peer is not a standby in sync");
    }
  }

  private void fault(OptionalLong command) {
    core.orderedFault = true;
    switch (core.phase) {
      case Phase.Watching _, Phase.Asking _, Phase.Rising _, Phase.Reigning _ ->
          down(Target.FAULT, Reason.COMMAND_FAULT, command);
      case Phase.Idle _, Phase.Booting _, Phase.Resuming _, Phase.Falling _, Phase.Broken _ ->
          core.commandDone(command, true, "fault noted");
    }
  }

  private void stop(OptionalLong command) {
    if (core.phase instanceof Phase.Idle) {
      core.commandDone(command, true, "not running");
    } else if (core.phase instanceof Phase.Falling) {
      busy(command);
    } else {
      down(Target.INIT, Reason.COMMAND_STOP, command);
    }
  }

  /** Down, with a GO for a peer that can use it, unless another manager decides who is next. */
  void down(Target target, Reason reason, OptionalLong command) {
    boolean handOver =
        !core.config.external() && core.gateOpen() && core.peer.ready(core.muteAfterNs(), core.now);
    OptionalLong ask = handOver ? OptionalLong.of(0) : OptionalLong.empty();
    fall.begin(target, reason, "", false, ask, command);
  }

  private void busy(OptionalLong command) {
    core.commandDone(
        command, false, "not now: " + core.state().text() + ", a change is on its way");
  }
}
