package io.pollux.ha.role;

import io.pollux.ha.gate.GateRule;
import io.pollux.ha.role.DecisionTable.Peer;
import io.pollux.ha.role.RoleMessage.Health;
import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ha.vrrp.VrrpGroup;
import io.pollux.ha.vrrp.VrrpOutput;
import io.pollux.ha.vrrp.VrrpTimers;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The state of a role machine and what every part of it can do; one thread, one step at a time. */
final class RoleCore {
  final RoleConfig config;
  final VrrpGroup group;
  final PeerView peer = new PeerView();
  final RoleHistory history = new RoleHistory();
  final List<GateRule> gate;
  long now;
  Phase phase = new Phase.Idle();
  Sync sync = Sync.SYNCING;
  Pairing pairing = Pairing.ALONE;

  /** Of our last reign; 0 before the first one. */
  long epoch;

  /** Of anybody's reign. */
  long highestEpoch;

  /** The latest reign whose gate may have been opened, anybody's, as far as this daemon knows. */
  long reigned;

  /** When the copy was last known to be in sync. */
  long inSyncNs = Long.MIN_VALUE / 2;

  /** An operator works on this node: it takes nothing over. */
  boolean maintenance;

  /** This reign began without a complete copy, and nothing that it has would be lost with it. */
  boolean provisional;

  /**
   * How long a standby that was paired in this reign, and has not ended since, waits in silence; 0
   * where there is none.
   */
  long standbyWaitsNs;

  /** When this reign opened the gate. */
  long reignSinceNs;

  /** The highest epoch of another reign that this one has met and does not yield to. */
  long outlasts;

  /** Its last reign ended so, and nobody else was heard since. */
  boolean overslept;

  /** It ended so because a later reign was heard: the copy here is known to be the older one. */
  boolean outlived;

  boolean orderedFault;
  boolean stepFault;
  boolean selfTestFault;
  private List<RoleEffect> out = new ArrayList<>();
  private long lastId;
  private long healthDueNs = Long.MAX_VALUE;
  private boolean guardArmed;

  RoleCore(RoleConfig config) {
    this.config = config;
    this.group = new VrrpGroup(config.vrrp());
    this.gate = GateRule.of(config.vips().stream().map(Vip::address).toList());
  }

  void emit(RoleEffect effect) {
    out.add(effect);
  }

  List<RoleEffect> take() {
    List<RoleEffect> taken = List.copyOf(out);
    out = new ArrayList<>();
    return taken;
  }

  StepId newStep() {
    return new StepId(++lastId);
  }

  /** Unique over both nodes within a life of each. */
  long newAskId() {
    return ++lastId * 2 + config.node();
  }

  /** Goes to another phase; if that shows as another role, tells everybody. */
  void move(Phase next, Reason reason, String detail) {
    RoleState before = state();
    phase = next;
    changed(before, reason, detail);
  }

  /** After a change of quality: tells everybody if it shows. */
  void changed(RoleState before, Reason reason, String detail) {
    RoleState after = state();
    if (before.equals(after)) {
      return;
    }
    Transition transition = new Transition(before, after, reason, detail, epoch, now);
    history.add(transition);
    emit(new RoleEffect.Changed(transition));
    sayHealth();
  }

  RoleState state() {
    return switch (phase) {
      case Phase.Idle _, Phase.Booting _, Phase.Resuming _ -> new RoleState.Init();
      case Phase.Watching _, Phase.Asking _ -> new RoleState.Standby(sync);
      case Phase.Rising rising ->
          rising.gateOpen() ? new RoleState.Active(pairing) : new RoleState.Standby(sync);
      case Phase.Reigning _ -> new RoleState.Active(pairing);
      case Phase.Falling falling -> state(falling);
      case Phase.Broken _ -> new RoleState.Fault();
    };
  }

  private RoleState state(Phase.Falling falling) {
    if (falling.stage() == Phase.Stage.CLOSE_GATE && falling.wasOpen()) {
      return new RoleState.Active(pairing);
    }
    return switch (falling.target()) {
      case STANDBY -> new RoleState.Standby(sync);
      case FAULT -> new RoleState.Fault();
      case INIT -> new RoleState.Init();
    };
  }

  /** Whether packets may leave from a VIP, as far as this machine knows. */
  boolean gateOpen() {
    return switch (phase) {
      case Phase.Reigning _ -> true;
      case Phase.Rising rising -> rising.gateOpen();
      case Phase.Falling falling -> falling.stage() == Phase.Stage.CLOSE_GATE && falling.wasOpen();
      case Phase.Resuming _ -> true;
      case Phase.Idle _, Phase.Booting _, Phase.Watching _, Phase.Asking _, Phase.Broken _ -> false;
    };
  }

  Claim claim() {
    Octets address =
        config.vrrp().instances().isEmpty()
            ? Octets.EMPTY
            : Octets.of(config.vrrp().instances().getFirst().primaryAddress().getAddress());
    return new Claim(group.priority(), address, config.node());
  }

  Health health() {
    boolean falling = phase instanceof Phase.Falling down && down.target() == Phase.Target.FAULT;
    return new Health(
        state().role(),
        sync,
        falling || phase instanceof Phase.Broken || maintenance && !gateOpen(),
        highestEpoch,
        claim(),
        provisional && gateOpen(),
        standing());
  }

  private RoleMessage.Standing standing() {
    return state().role() == RoleState.Role.ACTIVE
        ? new RoleMessage.Standing(epoch, now - reignSinceNs, outlasts, epoch)
        : new RoleMessage.Standing(0, 0, 0, epoch);
  }

  void say(RoleMessage message) {
    if (peer.link() == DecisionTable.Link.UP) {
      emit(new RoleEffect.SendLinkRole(message.write()));
    }
  }

  void sayHealth() {
    healthDueNs = peer.link() == DecisionTable.Link.UP ? now + intervalNs() : Long.MAX_VALUE;
    say(health());
  }

  void healthIfDue() {
    if (healthDueNs <= now) {
      sayHealth();
    }
  }

  long healthDueNs() {
    return healthDueNs;
  }

  /** Passes on what is to be sent; what is to be decided stays with the caller. */
  void send(List<VrrpOutput> outputs) {
    for (VrrpOutput output : outputs) {
      if (output instanceof VrrpOutput.Send send) {
        emit(
            new RoleEffect.SendVrrp(
                send.instance(),
                send.interfaceName(),
                send.source(),
                send.destination(),
                send.octets()));
      }
    }
  }

  /** Learns of somebody's epoch; ours must lie above it, also after a restart. */
  void epochSeen(long seen) {
    if (seen > highestEpoch) {
      highestEpoch = seen;
      emit(new RoleEffect.PersistEpoch(newStep(), seen));
    }
  }

  /** The guard is armed exactly while this node is active and has a standby. */
  void guard() {
    boolean reigns = phase instanceof Phase.Reigning && pairing != Pairing.ALONE;
    boolean closing =
        guardArmed
            && phase instanceof Phase.Falling falling
            && falling.stage() == Phase.Stage.CLOSE_GATE;
    boolean wanted = reigns || closing; // until the gate is known to be closed
    if (wanted != guardArmed) {
      guardArmed = wanted;
      emit(new RoleEffect.ArmGuard(wanted, leaseNs()));
    }
  }

  boolean guardArmed() {
    return guardArmed;
  }

  long leaseNs() {
    return config.lease().orElse(Lease.defaultNs(intervalNs(), peerPriority()));
  }

  /** The peer's Active_Down_Interval. */
  long peerWaitsNs() {
    return VrrpTimers.activeDownIntervalNs(peerPriority(), intervalNs());
  }

  private int peerPriority() {
    return peer.health().map(said -> said.claim().priority()).orElse(254);
  }

  long intervalNs() {
    return config.vrrp().advertiseIntervalNs();
  }

  long activeDownNs() {
    return group.activeDownIntervalNs();
  }

  /** One interval before VRRP counts as silent, so that both signs agree after a power cut. */
  long muteAfterNs() {
    return Math.max(activeDownNs() - intervalNs(), intervalNs() * 5 / 2);
  }

  Peer peerNow() {
    return peer.peer(muteAfterNs(), now);
  }

  /** A copy that was in sync when the active node fell silent is still good. */
  boolean inSync() {
    return sync == Sync.IN_SYNC
        || sync == Sync.STALE && now - inSyncNs <= activeDownNs() + muteAfterNs();
  }

  /** From now on there is something to lose: an IKE SA, or a standby that follows. */
  void established() {
    if (provisional) {
      provisional = false;
      sayHealth();
    }
  }

  void maintenance(boolean on) {
    if (maintenance != on) {
      maintenance = on;
      emit(new RoleEffect.KeepMaintenance(on));
      emit(
          new RoleEffect.Alarm(
              on
                  ? "maintenance: this node takes nothing over until that is switched off"
                  : "maintenance has ended"));
      sayHealth();
    }
  }

  /** Ends a command, if there was one. */
  void commandDone(OptionalLong command, boolean ok, String message) {
    if (command.isPresent()) {
      emit(new RoleEffect.CommandDone(command.getAsLong(), ok, message));
    }
  }
}
