package io.pollux.ha.role;

import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;

/** Everything that can happen to the role machine. */
public sealed interface RoleInput {
  /**
   * The first input: close the gate, then take part.
   *
   * @param epoch the highest epoch that this node's disk knows; 0 for none
   */
  record Start(long epoch) implements RoleInput {}

  /**
   * The first input of a daemon that goes on for one that died while it was active and alone: gate
   * and addresses are as that one has left them, open and there. It listens for one advertisement;
   * if nobody else is active it reigns again under a new epoch.
   *
   * @param epoch the highest epoch that this node's disk knows
   */
  record Resume(long epoch) implements RoleInput {}

  /** A packet of IP protocol 112 on an instance's interface; octets without the IP header. */
  record VrrpReceived(String instance, InetAddress source, int ttl, Octets octets)
      implements RoleInput {}

  /** A tracked interface or check. */
  record InterfaceState(String name, boolean up) implements RoleInput {}

  /** The link is up and authenticated. */
  record LinkUp() implements RoleInput {}

  /** The link is gone. */
  record LinkDown(How how) implements RoleInput {}

  /** Octets of the peer's {@link RoleEffect.SendLinkRole}, in order. */
  record LinkRole(Octets octets) implements RoleInput {}

  /**
   * The quality of this standby's copy. A copy that goes from in sync to stale still counts as in
   * sync for as long as it takes to find out that the active node is gone.
   */
  record ShadowState(Sync sync) implements RoleInput {}

  /** What the journal says about the pair while this node is active. */
  record PairState(Pairing pairing) implements RoleInput {}

  /** The first IKE SA of this reign that was not in the copy. */
  record Established() implements RoleInput {}

  /** The machine was suspended for so long, and the clock of {@code nowNs} has not counted it. */
  record Suspended(long ns) implements RoleInput {}

  /** {@code nextTimeoutNs} has passed; an early one does no harm. Read pending packets first. */
  record Timeout() implements RoleInput {}

  /** An operator's or manager's order; exactly one {@link RoleEffect.CommandDone} follows. */
  record Command(long id, Verb verb) implements RoleInput {}

  /** The guard has closed the gate. */
  record GuardFenced(String reason, long count) implements RoleInput {}

  /**
   * A step has ended.
   *
   * @param detail how many, or what failed, for the record
   */
  record StepDone(StepId step, boolean ok, String detail) implements RoleInput {}

  /**
   * The answer to {@link RoleEffect.AskWitnesses}.
   *
   * @param question its id
   * @param reached whether one witness at least has answered
   */
  record WitnessSaid(long question, boolean reached) implements RoleInput {}

  /** The longest stall that the start-up self-test saw; before {@link Start}. */
  record SelfTest(long maxStallNs) implements RoleInput {}

  /** How the link went away. */
  enum How {
    /** The peer's kernel closed it: process or daemon ended. */
    FIN(true),
    /** The peer's kernel refused it. */
    RESET(true),
    /** The interface lost its carrier. */
    CARRIER(true),
    /** Nothing came for too long. */
    TIMEOUT(false),
    /** Closed on this side, or for a reason that says nothing about the peer. */
    OTHER(false);

    private final boolean tells;

    How(boolean tells) {
      this.tells = tells;
    }

    /** Whether this alone, with one advertisement missed, means that the peer is gone. */
    public boolean tells() {
      return tells;
    }
  }

  /** What can be ordered. */
  enum Verb {
    PROMOTE,
    DEMOTE,
    SWITCHOVER,
    FAULT,
    CLEAR_FAULT,
    /** Take nothing over, whatever happens, until it is switched off; refused while active. */
    MAINTENANCE_ON,
    MAINTENANCE_OFF,
    /** Hand over if there is someone, then take no part any more. */
    STOP
  }
}
