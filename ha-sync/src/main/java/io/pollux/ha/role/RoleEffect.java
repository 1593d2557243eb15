package io.pollux.ha.role;

import io.pollux.ha.gate.GateRule;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.vrrp.Announcement;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;

/**
 * Everything that the role machine can want done, in list order. An effect with a {@link StepId} is
 * answered by {@link RoleInput.StepDone}, and what depends on it follows only then. Effects that
 * are handed to another thread stay in order too: a CloseGate may follow an OpenGate that has not
 * ended.
 */
public sealed interface RoleEffect {
  /** IP protocol 112, TTL or Hop Limit 255, the message without the IP header. */
  record SendVrrp(
      String instance,
      String interfaceName,
      InetAddress source,
      InetAddress destination,
      Octets octets)
      implements RoleEffect {}

  /** Make the epoch durable (fsync). */
  record PersistEpoch(StepId step, long epoch) implements RoleEffect {}

  /**
   * Look at the margins and write new counters where needed, in one batch; shut what cannot.
   *
   * @param reigned the latest reign before this one whose gate may have been opened, anybody's; 0
   *     for none. Where the copy is of an earlier one, its numbers may have been used
   */
  record RepairMargins(StepId step, long epoch, long reigned) implements RoleEffect {}

  /** Add the addresses; those that are there already are fine. */
  record AddVips(StepId step, List<Vip> vips) implements RoleEffect {}

  /** Delete the gate's rules. */
  record OpenGate(StepId step, List<GateRule> rules) implements RoleEffect {}

  /** Burst of announcements at a takeover. */
  record Announce(StepId step, List<Announcement> announcements) implements RoleEffect {}

  /** Announcements later in a reign; nobody waits for them. */
  record AnnounceAgain(List<Announcement> announcements) implements RoleEffect {}

  /** Hand the shadow's SAs to the engine (Input.Promote). */
  record PromoteEngine(StepId step, long epoch) implements RoleEffect {}

  /** Add the gate's rules; those that are there already are fine. */
  record CloseGate(StepId step, List<GateRule> rules) implements RoleEffect {}

  /** Remove the addresses; those that are not there are fine. */
  record RemoveVips(StepId step, List<Vip> vips) implements RoleEffect {}

  /**
   * Keep the engine's snapshot as this node's copy, then Input.Demote. Harmless if the engine is
   * passive.
   */
  record DemoteEngine() implements RoleEffect {}

  /** Two equal readings of all outbound counters, 10 ms apart, over the journal to the peer. */
  record FinalCounters(StepId step) implements RoleEffect {}

  /** To the peer's role machine, over the link, in order; lost with the link. */
  record SendLinkRole(Octets octets) implements RoleEffect {}

  /**
   * Arm or disarm the dead man's switch. While armed the lease is renewed after every step.
   *
   * @param leaseNs how long the guard waits
   */
  record ArmGuard(boolean armed, long leaseNs) implements RoleEffect {}

  /**
   * Follow the peer's journal from a snapshot.
   *
   * @param discard drop our own copy and SAs first: the other node's reign counts
   */
  record Resync(boolean discard) implements RoleEffect {}

  /** Two reigns have sent on the same keys: rekey all SAs, paced, busiest first. */
  record RekeyUsed() implements RoleEffect {}

  /**
   * Ask all witnesses now; {@link RoleInput.WitnessSaid} when the first has answered or none will.
   */
  record AskWitnesses(long question) implements RoleEffect {}

  /** Whether this node is in maintenance, to be known after a restart too. */
  record KeepMaintenance(boolean on) implements RoleEffect {}

  /** A command has ended, well or not. */
  record CommandDone(long id, boolean ok, String message) implements RoleEffect {}

  /** For the log and the event stream. */
  record Changed(Transition transition) implements RoleEffect {}

  /** A takeover is complete or given up; for the history. */
  record TakeoverEnded(TakeoverRecord takeover) implements RoleEffect {}

  /** Something that an operator must see. */
  record Alarm(String text) implements RoleEffect {}

  /** The gate could not be closed: end the process at once, so that the guard closes it. */
  record Fence(String text) implements RoleEffect {}
}
