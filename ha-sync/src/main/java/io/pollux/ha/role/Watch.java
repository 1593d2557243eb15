package io.pollux.ha.role;

import io.pollux.ha.role.DecisionTable.Facts;
import io.pollux.ha.role.DecisionTable.Link;
import io.pollux.ha.role.DecisionTable.Peer;
import io.pollux.ha.role.DecisionTable.Row;
import io.pollux.ha.role.DecisionTable.Witnesses;
import io.pollux.ha.role.RoleMessage.Health;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.VrrpGroup.Hearing;
import io.pollux.ha.vrrp.VrrpState;
import java.util.OptionalLong;

/** What a standby does: looks at the decision table, asks the peer, answers it. */
final class Watch {
  private final RoleCore core;
  private final Rise rise;
  private long listenUntilNs;
  private long holdUntilNs = Long.MIN_VALUE;
  private Row lastRow = Row.HEARD;
  private final WitnessStand witnesses;

  Watch(RoleCore core, Rise rise) {
    this.core = core;
    this.rise = rise;
    this.witnesses = new WitnessStand(core);
  }

  /** Whether a witness answers this node. */
  void witnessed(long question, boolean reached) {
    witnesses.answered(question, reached);
  }

  /** After the start: listen first. */
  void begin() {
    listenUntilNs = core.now + core.config.startHoldNs();
  }

  /** Decides anew; cheap, called after every input. */
  void evaluate() {
    if (core.config.external() || core.maintenance || core.now < listenUntilNs) {
      return;
    }
    witnesses.tick();
    Facts facts = facts();
    if (facts.hearing() == Hearing.HEARD || facts.link() == Link.UP) {
      witnesses.forget();
    }
    Row row = DecisionTable.decide(facts);
    boolean fresh = row != lastRow;
    lastRow = row;
    switch (row.action()) {
      case STAY -> {}
      case ALARM -> {
        if (fresh) {
          alarm(row);
        }
      }
      case ASK_WITNESSES -> witnesses.ask();
      case HANDSHAKE -> {
        if (core.now >= holdUntilNs) {
          ask(row.reason(), OptionalLong.empty());
        }
      }
      case TAKE_OVER ->
          rise.begin(row.reason(), OptionalLong.empty(), row == Row.GOODBYE_LINK_DOWN);
    }
    if (facts.witnesses() == Witnesses.REACHED) {
      witnesses.forget();
    }
  }

  private void alarm(Row row) {
    if (row == Row.SILENT_ISOLATED) {
      core.emit(
          new RoleEffect.Alarm(
              "VRRP silent and link down, but no witness answers: this node may be the one that"
                  + " is cut off: no takeover"));
    } else if (core.peer.health().isPresent()) {
      core.emit(new RoleEffect.Alarm("VRRP silent, but the active node is healthy: no takeover"));
    }
  }

  Facts facts() {
    boolean copy = core.inSync() || strangerLeaves();
    return new Facts(
        hearing(), core.peer.link(), core.peerNow(), copy, winsElection(), witnesses.known());
  }

  /** Sends a request; the outcome is a Go, a refusal, or the end of the time. */
  void ask(Reason cause, OptionalLong command) {
    long id = core.newAskId();
    core.move(
        new Phase.Asking(id, cause, command, false, core.now + core.config.handshakeNs()),
        cause,
        "");
    core.say(new RoleMessage.YieldRequest(id, cause, core.claim()));
  }

  /** A lower priority has been heard for long enough. */
  void wantsPreempt() {
    if (core.maintenance) {
      return;
    }
    if (core.group.strangerActive() && core.now >= holdUntilNs) {
      if (core.peer.link() == Link.UP) {
        ask(Reason.PREEMPT, OptionalLong.empty());
      } else {
        rise.begin(Reason.PREEMPT, OptionalLong.empty(), true);
      }
      return;
    }
    if (core.sync == Sync.IN_SYNC
        && core.peerNow() == Peer.ACTIVE_HEALTHY
        && core.now >= holdUntilNs) {
      ask(Reason.PREEMPT, OptionalLong.empty());
    }
  }

  /** An advertisement was heard: whoever asked because of silence need not any more. */
  void heard(Phase.Asking asking) {
    if (!asking.yielded() && !byWill(asking.cause()) && asking.cause() != Reason.GOODBYE) {
      core.phase = new Phase.Watching();
    }
  }

  void yielded(Phase.Asking asking, long id) {
    if (asking.id() == id) {
      core.phase =
          new Phase.Asking(id, asking.cause(), asking.command(), true, asking.deadlineNs());
    }
  }

  void refused(Phase.Asking asking, long id, RoleMessage.Refusal why) {
    if (asking.id() != id) {
      return;
    }
    core.phase = new Phase.Watching();
    holdUntilNs = core.now + core.activeDownNs();
    core.emit(new RoleEffect.Alarm("the peer does not yield: " + why));
    core.commandDone(asking.command(), false, "the peer does not yield: " + why);
  }

  void deadline(Phase.Asking asking) {
    Hearing hearing = hearing();
    Peer peer = core.peerNow();
    boolean silent = hearing == Hearing.SILENT && peer != Peer.ACTIVE_HEALTHY;
    boolean bySomebodyElse = core.config.external() && asking.command().isPresent();
    if (asking.yielded() || hearing == Hearing.GOODBYE || silent || bySomebodyElse) {
      rise.begin(asking.cause(), asking.command(), asking.yielded() || hearing == Hearing.GOODBYE);
    } else if (hearing == Hearing.MISSED_ONE && !byWill(asking.cause())) {
      long next = core.group.nextTimeoutNs(core.now).orElse(core.now + core.intervalNs());
      core.phase = new Phase.Asking(asking.id(), asking.cause(), asking.command(), false, next);
    } else {
      core.phase = new Phase.Watching();
      holdUntilNs = core.now + core.activeDownNs();
      core.commandDone(asking.command(), false, "the peer did not answer and is not silent");
    }
  }

  /** The link went away while a request was open. */
  void linkLost(Phase.Asking asking) {
    if (asking.yielded()) {
      rise.begin(asking.cause(), asking.command(), true);
    } else if (asking.command().isPresent()) {
      core.phase = new Phase.Watching();
      order(asking.cause(), asking.command());
    } else {
      core.phase = new Phase.Watching();
    }
  }

  /** An order to be active: asked of the peer where there is a link. */
  void order(Reason cause, OptionalLong command) {
    if (core.peer.link() == Link.UP) {
      ask(cause, command);
    } else if (hearing() == Hearing.HEARD) {
      core.commandDone(command, false, "an active node is heard, and there is no link to ask it");
    } else {
      rise.begin(cause, command, false);
    }
  }

  /** The peer wants to be active while we are not. */
  void peerAsks(RoleMessage.YieldRequest request) {
    if (core.phase instanceof Phase.Asking asking) {
      if (goesFirst(asking.cause(), request)) {
        core.say(new RoleMessage.Refused(request.id(), RoleMessage.Refusal.COLLISION));
        return;
      }
      core.commandDone(asking.command(), false, "the peer asked at the same time and goes first");
      core.phase = new Phase.Watching();
    }
    core.group.become(VrrpState.BACKUP, core.now); // its turn: we wait as if it had been heard
    core.say(new RoleMessage.Go(request.id(), core.highestEpoch));
  }

  /** Of two requests that cross: an order before an event, then the better claim. Both agree. */
  private boolean goesFirst(Reason own, RoleMessage.YieldRequest other) {
    boolean ownWill = byWill(own);
    boolean otherWill = byWill(other.cause());
    return ownWill == otherWill ? core.claim().wins(other.claim()) : ownWill;
  }

  /** The peer handed over, asked or not. */
  void go(long id) {
    core.maintenance(false); // its gate is closed for us already: traffic comes first
    switch (core.phase) {
      case Phase.Asking asking ->
          rise.begin(asking.id() == id ? asking.cause() : Reason.PEER_GO, asking.command(), true);
      case Phase.Watching _ -> {
        if (!core.config.external()) {
          rise.begin(Reason.PEER_GO, OptionalLong.empty(), true);
        }
      }
      case Phase.Idle _,
          Phase.Booting _,
          Phase.Resuming _,
          Phase.Rising _,
          Phase.Reigning _,
          Phase.Falling _,
          Phase.Broken _ -> {}
    }
  }

  /** When the passing of time alone may change a decision. */
  long nextTimeoutNs() {
    long next = Long.MAX_VALUE;
    for (long at :
        new long[] {
          listenUntilNs,
          holdUntilNs,
          core.peer.muteAtNs(core.muteAfterNs()),
          witnesses.nextTimeoutNs()
        }) {
      next = at > core.now ? Math.min(next, at) : next;
    }
    return next;
  }

  private Hearing hearing() {
    return core.group.hearing(core.inSync() || strangerLeaves(), core.now);
  }

  /** There is nothing to be in sync with: a goodbye is one for every copy. */
  private boolean strangerLeaves() {
    return core.group.strangerActive()
        && core.group.hearing(true, core.now) == Hearing.GOODBYE
        && core.peer.link() != Link.UP;
  }

  /** Between two nodes of which none is active: the better copy, then the better claim. */
  private boolean winsElection() {
    if (core.peer.health().isEmpty()) {
      return true;
    }
    Health other = core.peer.health().get();
    if (other.role() != Role.STANDBY || other.fault()) {
      return true;
    }
    long silentNs = core.now - core.group.heardAtNs().orElse(core.now);
    if (silentNs >= 3 * core.activeDownNs()) {
      return true; // it had its chance
    }
    int bySync = core.sync.compareTo(other.sync());
    return bySync != 0 ? bySync > 0 : core.claim().wins(other.claim());
  }

  private static boolean byWill(Reason cause) {
    return cause == Reason.PREEMPT
        || cause == Reason.COMMAND_PROMOTE
        || cause == Reason.COMMAND_SWITCHOVER;
  }
}
