package io.pollux.ha.role;

import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.takeover.TakeoverStep;
import io.pollux.ha.vrrp.AnnouncePolicy;
import io.pollux.ha.vrrp.VrrpState;
import java.util.OptionalLong;

/**
 * The takeover: epoch, margins, addresses, gate, announcements, engine; each step is ended before
 * the next begins.
 */
final class Rise {
  private static final long FLOWING_NS = 60_000_000_000L;

  /** The kernel may still be busy with the SAs of a first copy; giving up costs as much. */
  private static final long MARGINS_NS = 10_000_000_000L;

  private final RoleCore core;
  private final Fall fall;
  private final Reign reign;

  Rise(RoleCore core, Fall fall, Reign reign) {
    this.core = core;
    this.fall = fall;
    this.reign = reign;
  }

  /**
   * Decided.
   *
   * @param sure see {@link Phase.Rising}
   */
  void begin(Reason cause, OptionalLong command, boolean sure) {
    core.highestEpoch = Epochs.next(core.highestEpoch, core.config.node());
    core.epoch = core.highestEpoch;
    // An old copy has something to lose, but nothing to a reign that is known to have a newer one.
    core.provisional = core.sync == RoleState.Sync.SYNCING || core.outlived;
    String text = cause.text() + (core.inSync() ? "" : copyWarning());
    if (!core.inSync()) {
      core.emit(new RoleEffect.Alarm("taking over" + copyWarning()));
    }
    TakeoverRecord record =
        TakeoverRecord.begin(core.epoch, text, core.group.heardAtNs(), core.now);
    step(record, TakeoverStep.EPOCH, cause, command, sure);
    core.sayHealth(); // the peer knows of this reign before a packet of it has left
  }

  void done(Phase.Rising rising, boolean ok, String detail) {
    TakeoverStep step = rising.current();
    TakeoverRecord record =
        rising
            .record()
            .with(new TakeoverRecord.Done(step, rising.startedNs(), core.now, ok, detail));
    if (!ok && step == TakeoverStep.ANNOUNCE) {
      core.emit(new RoleEffect.Alarm("announcing failed: " + detail));
    } else if (!ok) {
      giveUp(rising, record, Reason.STEP_FAILED, step + ": " + detail);
      return;
    }
    if (step == TakeoverStep.ENGINE) {
      core.history.add(record);
      core.emit(new RoleEffect.TakeoverEnded(record));
      core.move(new Phase.Reigning(), rising.cause(), "");
      core.commandDone(rising.command(), true, "active, epoch " + core.epoch);
      return;
    }
    if (step == TakeoverStep.GATE) {
      core.pairing = Pairing.ALONE;
      core.standbyWaitsNs = 0;
      core.overslept = false;
      core.outlived = false;
      reign.begin();
    }
    TakeoverStep next = TakeoverStep.values()[step.ordinal() + 1];
    step(record, next, rising.cause(), rising.command(), rising.sure());
  }

  void timedOut(Phase.Rising rising) {
    if (rising.current() == TakeoverStep.ANNOUNCE) {
      done(rising, false, "not ended in time"); // the gate is open, and it is announced again
      return;
    }
    TakeoverRecord record =
        rising
            .record()
            .with(
                new TakeoverRecord.Done(
                    rising.current(), rising.startedNs(), core.now, false, "not ended in time"));
    giveUp(rising, record, Reason.STEP_TIMED_OUT, rising.current().toString());
  }

  /**
   * When the step that runs has failed: slow timers belong to machines that may be slow. Where the
   * gate is open and packets flow, at the engine's promotion and where a lone node goes on with its
   * own reign, a late step is no reason to stop them, and one that never ends is the guard's
   * business.
   */
  long deadlineNs(Phase.Rising rising) {
    boolean flows =
        rising.current() == TakeoverStep.ENGINE
            || rising.cause() == Reason.RESUMED && rising.current() != TakeoverStep.ANNOUNCE;
    if (flows) {
      return rising.startedNs() + FLOWING_NS;
    }
    long least = rising.current() == TakeoverStep.MARGINS ? MARGINS_NS : core.config.stepNs();
    return rising.startedNs() + Math.max(least, 3 * core.intervalNs());
  }

  /** Another active node was heard while the gate is still closed. */
  void activeReturned(String who) {
    core.emit(new RoleEffect.Alarm(Reason.ACTIVE_RETURNED.text() + ": " + who));
    fall.begin(Phase.Target.STANDBY, Reason.ACTIVE_RETURNED, who);
  }

  private void giveUp(Phase.Rising rising, TakeoverRecord record, Reason reason, String detail) {
    core.phase =
        new Phase.Rising(
            record,
            rising.current(),
            rising.step(),
            rising.startedNs(),
            rising.cause(),
            rising.command(),
            rising.sure());
    core.emit(new RoleEffect.Alarm("takeover given up: " + reason.text() + ": " + detail));
    core.stepFault = true;
    fall.begin(Phase.Target.FAULT, reason, detail);
  }

  private void step(
      TakeoverRecord record, TakeoverStep step, Reason cause, OptionalLong command, boolean sure) {
    StepId id = core.newStep();
    core.move(new Phase.Rising(record, step, id, core.now, cause, command, sure), cause, "");
    switch (step) {
      case EPOCH -> core.emit(new RoleEffect.PersistEpoch(id, core.epoch));
      case MARGINS -> core.emit(new RoleEffect.RepairMargins(id, core.epoch, core.reigned));
      case ADDRESSES -> core.emit(new RoleEffect.AddVips(id, core.config.vips()));
      case GATE -> {
        core.reigned = Math.max(core.reigned, core.epoch);
        core.emit(new RoleEffect.OpenGate(id, core.gate));
      }
      case ANNOUNCE -> {
        core.send(core.group.become(VrrpState.ACTIVE, core.now));
        int burst = core.config.announce().burst();
        core.emit(new RoleEffect.Announce(id, AnnouncePolicy.round(core.config.vips(), burst)));
      }
      case ENGINE -> core.emit(new RoleEffect.PromoteEngine(id, core.epoch));
    }
  }

  private String copyWarning() {
    return switch (core.sync) {
      case SYNCING -> " without a complete copy: a cold start for what is missing";
      case STALE -> " with a stale copy";
      case IN_SYNC -> "";
    };
  }
}
