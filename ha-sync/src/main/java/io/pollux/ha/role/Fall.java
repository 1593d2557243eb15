package io.pollux.ha.role;

import io.pollux.ha.role.Phase.Falling;
import io.pollux.ha.role.Phase.Stage;
import io.pollux.ha.role.Phase.Target;
import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.VrrpState;
import java.util.OptionalLong;

/**
 * The way down: gate closed, addresses removed, engine passive, final counters if somebody waits
 * for them, GO, goodbye. Also the start, which is the same way from nowhere.
 */
final class Fall {
  /**
   * For the counters of who overslept alone: a machine that stood still is busy afterwards, and to
   * give up costs all SAs where to wait costs time.
   */
  private static final long ALONE_NS = 60_000_000_000L;

  private final RoleCore core;

  Fall(RoleCore core) {
    this.core = core;
  }

  void begin(Target target, Reason reason, String detail) {
    begin(target, reason, detail, false, OptionalLong.empty(), OptionalLong.empty());
  }

  /**
   * This kernel went on sending while nobody read its counters: they are read before anything is
   * armed by what was known of them.
   */
  void overslept(String detail) {
    core.overslept = true;
    begin(
        Target.STANDBY, Reason.OVERSLEPT, detail, false, OptionalLong.of(0), OptionalLong.empty());
  }

  /**
   * Another node is active: if this one overslept, its keys have been used further on than it
   * knows, and it keeps nothing.
   */
  void succeeded(String who) {
    if (!core.overslept) {
      return;
    }
    core.overslept = false;
    core.outlived = false;
    RoleState before = core.state();
    core.sync = Sync.SYNCING;
    core.emit(new RoleEffect.Alarm("another node took over meanwhile, its copy counts: " + who));
    if (core.phase instanceof Falling falling) {
      core.phase = falling.discarding();
      if (falling.stage() == Stage.FINAL_COUNTERS) {
        finish(falling.discarding()); // nobody needs them any more
      }
    } else {
      core.emit(new RoleEffect.Resync(true));
    }
    core.changed(before, Reason.OVERSLEPT, who);
  }

  void begin(
      Target target,
      Reason reason,
      String detail,
      boolean discard,
      OptionalLong ask,
      OptionalLong command) {
    abandon(reason);
    StepId step = core.newStep();
    boolean wasOpen = core.gateOpen();
    core.move(
        new Falling(
            Stage.CLOSE_GATE,
            step,
            core.now + core.config.stepNs(),
            target,
            reason,
            detail,
            wasOpen,
            discard,
            ask,
            command),
        reason,
        detail);
    core.emit(new RoleEffect.CloseGate(step, core.gate));
    core.group.become(VrrpState.BACKUP, core.now);
  }

  /** What was under way is over: its command gets its answer, its record goes into the history. */
  private void abandon(Reason reason) {
    switch (core.phase) {
      case Phase.Asking asking -> core.commandDone(asking.command(), false, reason.text());
      case Phase.Rising rising -> {
        core.history.add(rising.record());
        core.emit(new RoleEffect.TakeoverEnded(rising.record()));
        core.commandDone(rising.command(), false, reason.text());
      }
      case Phase.Idle _,
          Phase.Booting _,
          Phase.Resuming _,
          Phase.Watching _,
          Phase.Reigning _,
          Phase.Falling _,
          Phase.Broken _ -> {}
    }
  }

  void done(Falling falling, boolean ok, String detail) {
    switch (falling.stage()) {
      case CLOSE_GATE -> {
        if (ok) {
          gateClosed(falling);
        } else {
          fence(falling, detail);
        }
      }
      case REMOVE_VIPS -> {
        if (!ok) {
          core.emit(new RoleEffect.Alarm("removing addresses failed: " + detail));
        }
        addressesRemoved(falling);
      }
      case FINAL_COUNTERS -> {
        if (!ok) {
          core.emit(new RoleEffect.Alarm("final counters were not sent: " + detail));
        }
        if (!ok && falling.reason() == Reason.OVERSLEPT) {
          core.sync = Sync.SYNCING; // nobody knows what this kernel has sent meanwhile
          finish(falling.discarding());
        } else {
          finish(falling);
        }
      }
    }
  }

  void timedOut(Falling falling) {
    switch (falling.stage()) {
      case CLOSE_GATE -> fence(falling, "not ended in time");
      case REMOVE_VIPS -> done(falling, false, "not ended in time");
      case FINAL_COUNTERS -> done(falling, false, "not ended in time");
    }
  }

  /** The peer asks while we are on the way down anyway. */
  void asked(Falling falling, long id) {
    core.phase = falling.asked(id);
    if (falling.stage() == Stage.FINAL_COUNTERS) {
      core.say(new RoleMessage.Yielded(id));
    }
  }

  private void fence(Falling falling, String detail) {
    core.emit(new RoleEffect.Fence("the gate could not be closed: " + detail));
    StepId step = core.newStep();
    core.phase = falling.at(Stage.CLOSE_GATE, step, core.now + core.config.stepNs());
    core.emit(new RoleEffect.CloseGate(step, core.gate));
  }

  private void gateClosed(Falling falling) {
    StepId step = core.newStep();
    if (falling.wasOpen()) {
      core.sync = falling.discard() ? Sync.SYNCING : Sync.STALE;
    }
    core.move(
        falling.at(Stage.REMOVE_VIPS, step, core.now + core.config.stepNs()),
        falling.reason(),
        falling.detail());
    core.pairing = Pairing.ALONE;
    core.emit(new RoleEffect.RemoveVips(step, core.config.vips()));
  }

  private void addressesRemoved(Falling falling) {
    core.emit(new RoleEffect.DemoteEngine());
    boolean moot = falling.reason() == Reason.OVERSLEPT && falling.discard();
    if (falling.ask().isPresent() && falling.wasOpen() && !moot) {
      StepId step = core.newStep();
      long limit = falling.reason() == Reason.OVERSLEPT ? ALONE_NS : core.config.handshakeNs();
      core.phase = falling.at(Stage.FINAL_COUNTERS, step, core.now + limit);
      if (falling.ask().getAsLong() != 0) {
        core.say(new RoleMessage.Yielded(falling.ask().getAsLong()));
      }
      core.emit(new RoleEffect.FinalCounters(step));
    } else {
      finish(falling);
    }
  }

  private void finish(Falling falling) {
    if (falling.reason() != Reason.OVERSLEPT) {
      falling.ask().ifPresent(id -> core.say(new RoleMessage.Go(id, core.highestEpoch)));
    }
    if (falling.wasOpen() && saysGoodbye(falling.reason())) {
      core.send(core.group.goodbye());
    }
    core.group.become(VrrpState.BACKUP, core.now);
    switch (falling.target()) {
      case STANDBY -> {
        core.emit(new RoleEffect.Resync(falling.discard()));
        core.move(new Phase.Watching(), falling.reason(), falling.detail());
      }
      case FAULT -> {
        // Takes no part, and still follows: its copy is good again when the cause is gone.
        core.emit(new RoleEffect.Resync(falling.discard()));
        core.move(new Phase.Broken(core.now), falling.reason(), falling.detail());
      }
      case INIT -> {
        core.group.become(VrrpState.INITIALIZE, core.now);
        core.move(new Phase.Idle(), falling.reason(), falling.detail());
      }
    }
    core.commandDone(falling.command(), true, "gate closed: " + falling.reason().text());
  }

  /** Where somebody else is active already there is nothing to hand over. */
  private static boolean saysGoodbye(Reason reason) {
    return reason != Reason.LOST_TO_PEER && reason != Reason.PEER_IS_DEAF;
  }
}
