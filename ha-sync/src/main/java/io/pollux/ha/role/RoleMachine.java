package io.pollux.ha.role;

import io.pollux.ha.role.Phase.Target;
import io.pollux.ha.role.RoleMessage.Health;
import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.VrrpGroupConfig.Tracked;
import io.pollux.ha.vrrp.VrrpOutput;
import io.pollux.ha.vrrp.VrrpRefused;
import io.pollux.ha.vrrp.VrrpState;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides what this node is (DESIGN 4.5; VRRP: RFC 9568). One thread calls {@link #step} with each
 * input and runs the effects in list order; {@code nowNs} is monotonic.
 *
 * <pre>
 *          gate closed              takeover, step by step
 *   INIT --------------> STANDBY ------------------------------> ACTIVE
 *                        |  ^  ^      yield, loss, command,        |
 *                fault   |  |  +-----  fence, deaf peer -----------+
 *                        v  | cause gone                           |
 *                       FAULT <------------------------------------+
 * </pre>
 */
public final class RoleMachine {
  private static final long RETRY_NS = 10_000_000_000L; // after a step failed

  private final RoleCore core;
  private final Rise rise;
  private final Fall fall;
  private final Reign reign;
  private final Watch watch;
  private final Boot boot;
  private final Commands commands;
  private final VrrpRefusals refusals = new VrrpRefusals();
  private OptionalLong promisedNs = OptionalLong.empty();
  private long lastStepNs;

  public RoleMachine(RoleConfig config) {
    core = new RoleCore(config);
    fall = new Fall(core);
    reign = new Reign(core, fall);
    rise = new Rise(core, fall, reign);
    watch = new Watch(core, rise);
    boot = new Boot(core, watch, rise);
    commands = new Commands(core, watch, fall);
  }

  /** Takes one input and returns what is to be done, in the order in which it is to be done. */
  public List<RoleEffect> step(RoleInput input, long nowNs) {
    core.now = nowNs;
    slept();
    switch (input) {
      case RoleInput.Start start -> boot.start(start.epoch());
      case RoleInput.Resume resume -> boot.resume(resume.epoch());
      case RoleInput.VrrpReceived in ->
          vrrp(core.group.received(in.instance(), in.source(), in.ttl(), in.octets(), nowNs));
      case RoleInput.InterfaceState state -> core.group.interfaceState(state.name(), state.up());
      case RoleInput.LinkUp _ -> {
        core.peer.linkUp(nowNs);
        core.group.interfaceState(Tracked.LINK, true);
        core.sayHealth();
      }
      case RoleInput.LinkDown down -> linkDown(down.how());
      case RoleInput.LinkRole said -> RoleMessage.read(said.octets()).ifPresent(this::heard);
      case RoleInput.ShadowState shadow -> shadow(shadow.sync());
      case RoleInput.PairState pair -> pair(pair.pairing());
      case RoleInput.Established _ -> core.established();
      case RoleInput.Suspended stood -> stood(stood.ns(), stood.ns());
      case RoleInput.Timeout _ -> {}
      case RoleInput.Command order -> commands.run(order.id(), order.verb());
      case RoleInput.GuardFenced fenced -> fenced(Reason.GUARD_FENCED, fenced.reason());
      case RoleInput.StepDone done -> stepDone(done);
      case RoleInput.WitnessSaid said -> watch.witnessed(said.question(), said.reached());
      case RoleInput.SelfTest test -> boot.selfTest(test.maxStallNs());
    }
    timers();
    faults();
    if (core.phase instanceof Phase.Watching) {
      watch.evaluate();
    }
    core.guard();
    lastStepNs = nowNs;
    promisedNs = nextTimeoutNs();
    return core.take();
  }

  /** When {@link RoleInput.Timeout} is due at the latest; empty when nothing waits. */
  public OptionalLong nextTimeoutNs() {
    long next =
        Math.min(core.healthDueNs(), core.group.nextTimeoutNs(core.now).orElse(Long.MAX_VALUE));
    next =
        Math.min(
            next,
            switch (core.phase) {
              case Phase.Idle _ -> Long.MAX_VALUE;
              case Phase.Booting booting -> booting.deadlineNs();
              case Phase.Resuming resuming -> resuming.deadlineNs();
              case Phase.Watching _ -> watch.nextTimeoutNs();
              case Phase.Asking asking -> asking.deadlineNs();
              case Phase.Rising rising -> Math.min(rise.deadlineNs(rising), reignTimeoutNs());
              case Phase.Reigning _ -> reignTimeoutNs();
              case Phase.Falling falling -> falling.deadlineNs();
              case Phase.Broken broken ->
                  core.stepFault ? broken.sinceNs() + RETRY_NS : Long.MAX_VALUE;
            });
    return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(next);
  }

  public RoleState state() {
    return core.state();
  }

  /** Of this node's last reign; 0 before the first one. */
  public long epoch() {
    return core.epoch;
  }

  /** The highest epoch that was seen, anybody's. */
  public long highestEpoch() {
    return core.highestEpoch;
  }

  /** Whether this machine has the gate open, as far as it knows. */
  public boolean gateOpen() {
    return core.gateOpen();
  }

  /** Whether an operator has told this node not to take over. */
  public boolean maintenance() {
    return core.maintenance;
  }

  public RoleHistory history() {
    return core.history;
  }

  /** What the peer said of itself last, while the link is up. */
  public Optional<Health> peer() {
    return core.peer.health();
  }

  /** What a standby's decision rests on now. */
  public DecisionTable.Facts facts() {
    return watch.facts();
  }

  /** Discarded VRRP packets by reason. */
  public Map<VrrpRefused.Reason, Long> refused() {
    return refusals.counts();
  }

  /** The advertisements with priority 0 that the guard keeps ready. */
  public List<VrrpOutput.Send> goodbyePackets() {
    return core.group.goodbye().stream()
        .filter(VrrpOutput.Send.class::isInstance)
        .map(VrrpOutput.Send.class::cast)
        .toList();
  }

  /** How long the guard shall wait. */
  public long leaseNs() {
    return core.leaseNs();
  }

  private long reignTimeoutNs() {
    return core.gateOpen() ? reign.nextTimeoutNs() : Long.MAX_VALUE;
  }

  /** A thread that stood still has heard nothing, and may have been fenced, or succeeded. */
  private void slept() {
    long late = promisedNs.isPresent() ? core.now - promisedNs.getAsLong() : 0;
    stood(core.now - lastStepNs, late);
    if (late > core.intervalNs() / 2) {
      core.group.slept(late, core.now);
      core.peer.slept(late, core.now);
    }
  }

  private void stood(long ns, long lateNs) {
    if (core.guardArmed() && ns > core.leaseNs()) {
      fenced(Reason.STALLED, ns / 1_000_000 + " ms");
    } else if (succeeded(lateNs)) {
      core.emit(new RoleEffect.Alarm(Reason.OVERSLEPT.text() + ": " + lateNs / 1_000_000 + " ms"));
      fall.overslept(lateNs / 1_000_000 + " ms");
    }
  }

  /**
   * Whether a standby without a link has heard nothing for longer than it waits: if it lives it has
   * taken over, and the peers have seen its numbers. To go on, and to win by the higher claim,
   * would cost more than to listen first. Another manager decides for itself.
   */
  private boolean succeeded(long lateNs) {
    return core.phase instanceof Phase.Reigning
        && core.pairing == Pairing.ALONE
        && core.standbyWaitsNs > 0
        && lateNs > core.standbyWaitsNs
        && !core.config.external();
  }

  private void linkDown(RoleInput.How how) {
    RoleState before = core.state();
    if (how == RoleInput.How.FIN || how == RoleInput.How.RESET) {
      core.standbyWaitsNs = 0; // its daemon has ended
    }
    core.peer.linkDown(how, core.now);
    core.group.interfaceState(Tracked.LINK, false);
    core.pairing = Pairing.ALONE;
    core.changed(before, Reason.PAIR_CHANGED, "link down: " + how);
    core.sayHealth();
    if (core.phase instanceof Phase.Asking asking) {
      watch.linkLost(asking);
    }
  }

  private void shadow(Sync sync) {
    RoleState before = core.state();
    if (core.sync == Sync.IN_SYNC) {
      core.inSyncNs = core.now;
    }
    core.sync = sync;
    core.changed(before, Reason.SYNC_CHANGED, "");
  }

  private void pair(Pairing pairing) {
    RoleState before = core.state();
    core.pairing = core.peer.link() == DecisionTable.Link.UP ? pairing : Pairing.ALONE;
    if (core.pairing == Pairing.PAIRED) {
      core.established();
      core.standbyWaitsNs = core.peerWaitsNs();
    }
    core.changed(before, Reason.PAIR_CHANGED, "");
  }

  private void fenced(Reason reason, String detail) {
    core.emit(new RoleEffect.Alarm(reason.text() + ": " + detail));
    if (core.phase instanceof Phase.Reigning || core.phase instanceof Phase.Rising) {
      fall.begin(Target.STANDBY, reason, detail);
    }
  }

  private void stepDone(RoleInput.StepDone done) {
    switch (core.phase) {
      case Phase.Booting booting when booting.step().equals(done.step()) ->
          boot.done(booting, done.ok(), done.detail());
      case Phase.Rising rising when rising.step().equals(done.step()) ->
          rise.done(rising, done.ok(), done.detail());
      case Phase.Falling falling when falling.step().equals(done.step()) ->
          fall.done(falling, done.ok(), done.detail());
      case Phase.Idle _,
          Phase.Booting _,
          Phase.Resuming _,
          Phase.Watching _,
          Phase.Asking _,
          Phase.Rising _,
          Phase.Reigning _,
          Phase.Falling _,
          Phase.Broken _ -> {} // of an attempt that was given up
    }
  }

  private void vrrp(List<VrrpOutput> outputs) {
    core.send(outputs);
    for (VrrpOutput output : outputs) {
      switch (output) {
        case VrrpOutput.Send _, VrrpOutput.Goodbye _ -> {}
        case VrrpOutput.Heard heard -> {
          core.peer.heardVrrp(core.intervalNs(), core.now);
          active(heard.instance(), heard.source(), heard.priority());
        }
        case VrrpOutput.Contested other ->
            active(other.instance(), other.source(), other.priority());
        case VrrpOutput.WantsActive wants -> {
          if (wants.want() == VrrpOutput.Want.PREEMPT && core.phase instanceof Phase.Watching) {
            watch.wantsPreempt();
          }
        }
        case VrrpOutput.Dropped drop ->
            refusals.saw(drop, core.now).ifPresent(text -> core.emit(new RoleEffect.Alarm(text)));
        case VrrpOutput.Misconfigured wrong ->
            core.emit(
                new RoleEffect.Alarm(
                    wrong.instance()
                        + ": "
                        + wrong.source().getHostAddress()
                        + ": "
                        + wrong.problem()));
      }
    }
  }

  /** Another node says on VRRP that it is active. */
  private void active(String instance, InetAddress source, int priority) {
    switch (core.phase) {
      case Phase.Reigning _ -> reign.contested(instance, source, priority);
      case Phase.Rising rising -> {
        if (rising.gateOpen()) {
          reign.contested(instance, source, priority);
        } else if (!rising.sure()) {
          rise.activeReturned(source.getHostAddress());
        }
      }
      case Phase.Asking asking -> watch.heard(asking);
      case Phase.Resuming _ -> boot.otherActive(source.getHostAddress());
      case Phase.Watching _, Phase.Falling _, Phase.Broken _ ->
          fall.succeeded(source.getHostAddress());
      case Phase.Idle _, Phase.Booting _ -> {}
    }
  }

  /** A message of the peer's machine. */
  private void heard(RoleMessage message) {
    switch (message) {
      case Health health -> {
        core.peer.health(health, core.now);
        core.epochSeen(health.epoch());
        core.reigned = Math.max(core.reigned, health.standing().last());
        if (health.role() == RoleState.Role.ACTIVE && !core.gateOpen()) {
          fall.succeeded("it says so");
        } else if (health.role() == RoleState.Role.ACTIVE) {
          if (core.phase instanceof Phase.Resuming) {
            boot.otherActive("the peer says so");
          } else if (!(core.phase instanceof Phase.Falling)) {
            reign.contested(health);
          }
        }
      }
      case RoleMessage.YieldRequest request -> asked(request);
      case RoleMessage.Yielded yielded -> {
        if (core.phase instanceof Phase.Asking asking) {
          watch.yielded(asking, yielded.id());
        }
      }
      case RoleMessage.Go go -> {
        core.epochSeen(go.epoch());
        watch.go(go.id());
      }
      case RoleMessage.Refused no -> {
        if (core.phase instanceof Phase.Asking asking) {
          watch.refused(asking, no.id(), no.why());
        }
      }
    }
  }

  private void asked(RoleMessage.YieldRequest request) {
    switch (core.phase) {
      case Phase.Reigning _ -> {
        // Reasons that rest on our silence do not count: we are here.
        Reason cause = request.cause();
        boolean accepted =
            cause == Reason.COMMAND_PROMOTE
                || cause == Reason.COMMAND_SWITCHOVER
                || cause == Reason.PREEMPT && request.claim().wins(core.claim());
        if (accepted) {
          fall.begin(
              Target.STANDBY,
              Reason.YIELDED,
              request.cause().text(),
              false,
              OptionalLong.of(request.id()),
              OptionalLong.empty());
        } else {
          core.say(new RoleMessage.Refused(request.id(), RoleMessage.Refusal.ACTIVE_AND_HEALTHY));
          core.send(core.group.advertise(core.now));
        }
      }
      case Phase.Rising _ ->
          core.say(new RoleMessage.Refused(request.id(), RoleMessage.Refusal.TAKING_OVER));
      case Phase.Falling falling -> fall.asked(falling, request.id());
      case Phase.Watching _, Phase.Asking _, Phase.Broken _ -> watch.peerAsks(request);
      case Phase.Idle _,
          Phase.Booting _,
          Phase.Resuming _ -> {} // our gate may be open: its time runs out instead
    }
  }

  private void timers() {
    core.healthIfDue();
    vrrp(core.group.timeout(core.now));
    switch (core.phase) {
      case Phase.Booting booting -> {
        if (booting.deadlineNs() <= core.now) {
          boot.done(booting, false, "not ended in time");
        }
      }
      case Phase.Resuming resuming -> {
        if (resuming.deadlineNs() <= core.now) {
          boot.resumed();
        }
      }
      case Phase.Asking asking -> {
        if (asking.deadlineNs() <= core.now) {
          watch.deadline(asking);
        }
      }
      case Phase.Rising rising -> {
        if (rise.deadlineNs(rising) <= core.now) {
          rise.timedOut(rising);
        }
      }
      case Phase.Reigning _ -> reign.timeout();
      case Phase.Falling falling -> {
        if (falling.deadlineNs() <= core.now) {
          fall.timedOut(falling);
        }
      }
      case Phase.Idle _, Phase.Watching _, Phase.Broken _ -> {}
    }
  }

  /** Into the fault and out of it. */
  private void faults() {
    List<String> down = core.group.faults();
    boolean fault = !down.isEmpty() || core.orderedFault || core.stepFault || core.selfTestFault;
    switch (core.phase) {
      case Phase.Watching _, Phase.Asking _, Phase.Rising _, Phase.Reigning _ -> {
        if (fault) {
          commands.down(Target.FAULT, cause(down), OptionalLong.empty());
        }
      }
      case Phase.Broken broken -> {
        if (core.stepFault && core.now - broken.sinceNs() >= RETRY_NS) {
          core.stepFault = false;
        } else if (!fault) {
          core.group.become(VrrpState.BACKUP, core.now);
          core.move(new Phase.Watching(), Reason.CAUSE_GONE, "");
          watch.begin();
        }
      }
      case Phase.Idle _, Phase.Booting _, Phase.Resuming _, Phase.Falling _ -> {}
    }
  }

  private Reason cause(List<String> down) {
    if (!down.isEmpty()) {
      return Reason.TRACKED_DOWN;
    }
    if (core.orderedFault) {
      return Reason.COMMAND_FAULT;
    }
    return core.stepFault ? Reason.STEP_FAILED : Reason.SELF_TEST;
  }
}
