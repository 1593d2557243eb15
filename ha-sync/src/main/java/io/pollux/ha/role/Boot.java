package io.pollux.ha.role;

import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.VrrpGroupConfig.Tracked;
import java.util.OptionalLong;

/** The start: gate closed, addresses removed, then listening. */
final class Boot {
  private static final long FAST_NS = 100_000_000L; // below this a self-test is needed

  private final RoleCore core;
  private final Watch watch;
  private final Rise rise;
  private OptionalLong maxStallNs = OptionalLong.empty();

  Boot(RoleCore core, Watch watch, Rise rise) {
    this.core = core;
    this.rise = rise;
    this.watch = watch;
  }

  void selfTest(long measuredNs) {
    maxStallNs = OptionalLong.of(measuredNs);
  }

  void start(long epoch) {
    if (!(core.phase instanceof Phase.Idle)) {
      return;
    }
    prepare(epoch);
    closeGate();
  }

  /** The way back into a reign of our own, while the kernel goes on with it. */
  void resume(long epoch) {
    if (!(core.phase instanceof Phase.Idle)) {
      return;
    }
    prepare(epoch);
    core.sync = Sync.IN_SYNC; // nobody has a better copy
    core.inSyncNs = core.now;
    core.group.start(core.now);
    core.phase = new Phase.Resuming(core.now + core.intervalNs() * 3 / 2);
  }

  void resumed() {
    rise.begin(Reason.RESUMED, OptionalLong.empty(), false);
  }

  /** Another node has become active meanwhile: its reign counts, ours is over. */
  void otherActive(String who) {
    core.emit(new RoleEffect.Alarm(Reason.ACTIVE_RETURNED.text() + ": " + who));
    core.sync = Sync.SYNCING;
    closeGate();
    core.emit(new RoleEffect.Resync(true));
  }

  private void prepare(long epoch) {
    core.highestEpoch = Math.max(core.highestEpoch, epoch);
    core.group.interfaceState(Tracked.LINK, core.peer.link() == DecisionTable.Link.UP);
    boolean fast = core.intervalNs() < FAST_NS && !core.config.external();
    core.selfTestFault =
        fast && (maxStallNs.isEmpty() || maxStallNs.getAsLong() >= core.intervalNs());
    if (core.selfTestFault) {
      core.emit(
          new RoleEffect.Alarm(
              "advertisement interval of "
                  + core.intervalNs() / 1_000_000
                  + " ms refused: "
                  + (maxStallNs.isEmpty()
                      ? "no self-test was run"
                      : "a stall of " + maxStallNs.getAsLong() / 1_000_000 + " ms was measured")));
    }
  }

  void done(Phase.Booting booting, boolean ok, String detail) {
    if (!ok && !booting.gateClosed()) {
      core.emit(new RoleEffect.Fence(Reason.GATE_NOT_CLOSED.text() + ": " + detail));
      closeGate();
    } else if (!booting.gateClosed()) {
      StepId step = core.newStep();
      core.phase = new Phase.Booting(true, step, core.now + core.config.stepNs());
      core.emit(new RoleEffect.RemoveVips(step, core.config.vips()));
    } else {
      if (!ok) {
        core.emit(new RoleEffect.Alarm("removing addresses failed: " + detail));
      }
      core.group.start(core.now);
      core.move(new Phase.Watching(), Reason.STARTED, "");
      watch.begin();
    }
  }

  private void closeGate() {
    StepId step = core.newStep();
    core.phase = new Phase.Booting(false, step, core.now + core.config.stepNs());
    core.emit(new RoleEffect.CloseGate(step, core.gate));
  }
}
