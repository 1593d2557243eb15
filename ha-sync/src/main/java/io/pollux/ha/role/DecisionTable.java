package io.pollux.ha.role;

import io.pollux.ha.vrrp.VrrpGroup.Hearing;

/**
 * What a standby does, as one table. The first row that fits decides.
 *
 * <pre>
 * VRRP        link     peer            copy       row
 * goodbye     up       any             in sync    GOODBYE_LINK_UP        handshake, then plain
 * goodbye     not up   any             in sync    GOODBYE_LINK_DOWN      take over
 * heard       any      any             any        HEARD                  stay
 * missed one  closed   any             in sync    LINK_CLOSED            take over at once
 * missed one  up       mute            in sync    MISSED_PEER_MUTE       ask (and go at silence)
 * missed one  any      any             any        MISSED_ONE             stay
 * silent      up       active, healthy any        SILENT_ACTIVE_HEALTHY  alarm, no takeover
 * silent      up       active in fault any        SILENT_ACTIVE_FAULT    handshake, then plain
 * silent      up       mute            any        SILENT_PEER_MUTE       handshake, then plain
 * silent      up       not active      any, wins  SILENT_WE_ARE_NEXT     handshake, then plain
 * silent      up       not active      any, loses SILENT_PEER_IS_NEXT    stay: the peer goes first
 * silent      not up   any             any        SILENT_LINK_DOWN       take over
 * </pre>
 *
 * Where witnesses are configured, the two rows that rest on nothing but silence need their word:
 *
 * <pre>
 * VRRP        link     copy       witnesses     row
 * missed one  closed   in sync    one answers   LINK_CLOSED            take over at once
 * missed one  closed   in sync    not asked     CLOSED_ASK             ask them
 * missed one  closed   in sync    none answers  MISSED_ONE             stay
 * silent      not up   any        one answers   SILENT_LINK_DOWN       take over
 * silent      not up   any        not asked     SILENT_ASK             ask them
 * silent      not up   any        none answers  SILENT_ISOLATED        alarm, no takeover
 * </pre>
 *
 * A goodbye is heeded only by a copy in sync; for any other it is the last thing that was heard,
 * and silence must follow: such a node goes only when nobody else can.
 */
public final class DecisionTable {
  private DecisionTable() {}

  /** What is known when a standby decides. */
  public record Facts(
      Hearing hearing,
      Link link,
      Peer peer,
      boolean inSync,
      boolean winsElection,
      Witnesses witnesses) {
    /** Without witnesses. */
    public Facts(Hearing hearing, Link link, Peer peer, boolean inSync, boolean winsElection) {
      this(hearing, link, peer, inSync, winsElection, Witnesses.NONE);
    }
  }

  /** Third parties that tell an isolated node from one whose peer is gone. */
  public enum Witnesses {
    /** None is configured. */
    NONE,
    /** Nothing is known since the peer was last heard. */
    UNASKED,
    /** One at least answers this node. */
    REACHED,
    /** None answers this node: it may be the one that is cut off. */
    UNREACHED
  }

  /** The link to the peer. */
  public enum Link {
    UP,
    /** Closed by the peer's kernel or without carrier, and nothing was heard since. */
    CLOSED,
    /** Not up, for a reason that does not tell. */
    LOST
  }

  /** What the peer said last over the link. */
  public enum Peer {
    ACTIVE_HEALTHY,
    ACTIVE_FAULT,
    NOT_ACTIVE,
    /** Nothing for too long, or never. */
    MUTE
  }

  /** What to do. */
  public enum Action {
    STAY,
    ALARM,
    HANDSHAKE,
    ASK_WITNESSES,
    TAKE_OVER
  }

  /** A row: its action and what a takeover is called that follows from it. */
  public enum Row {
    GOODBYE_LINK_UP(Action.HANDSHAKE, Reason.GOODBYE),
    GOODBYE_LINK_DOWN(Action.TAKE_OVER, Reason.GOODBYE),
    HEARD(Action.STAY, Reason.STARTED),
    LINK_CLOSED(Action.TAKE_OVER, Reason.LINK_CLOSED),
    CLOSED_ASK(Action.ASK_WITNESSES, Reason.STARTED),
    MISSED_PEER_MUTE(Action.HANDSHAKE, Reason.VRRP_SILENT_PEER_MUTE),
    MISSED_ONE(Action.STAY, Reason.STARTED),
    SILENT_ACTIVE_HEALTHY(Action.ALARM, Reason.STARTED),
    SILENT_ACTIVE_FAULT(Action.HANDSHAKE, Reason.VRRP_SILENT_PEER_FAULT),
    SILENT_PEER_MUTE(Action.HANDSHAKE, Reason.VRRP_SILENT_PEER_MUTE),
    SILENT_WE_ARE_NEXT(Action.HANDSHAKE, Reason.VRRP_SILENT_NOBODY_ACTIVE),
    SILENT_PEER_IS_NEXT(Action.STAY, Reason.STARTED),
    SILENT_ASK(Action.ASK_WITNESSES, Reason.STARTED),
    SILENT_ISOLATED(Action.ALARM, Reason.STARTED),
    SILENT_LINK_DOWN(Action.TAKE_OVER, Reason.VRRP_SILENT_LINK_DOWN);

    private final Action action;
    private final Reason reason;

    Row(Action action, Reason reason) {
      this.action = action;
      this.reason = reason;
    }

    public Action action() {
      return action;
    }

    /** The reason of the takeover; says nothing in rows that lead to none. */
    public Reason reason() {
      return reason;
    }
  }

  /** The row that decides. */
  public static Row decide(Facts facts) {
    boolean up = facts.link() == Link.UP;
    return switch (facts.hearing()) {
      case GOODBYE -> {
        if (!facts.inSync()) {
          yield Row.HEARD;
        }
        yield up ? Row.GOODBYE_LINK_UP : Row.GOODBYE_LINK_DOWN;
      }
      case HEARD -> Row.HEARD;
      case MISSED_ONE -> missedOne(facts);
      case SILENT -> up ? silentLinkUp(facts) : silentLinkDown(facts.witnesses());
    };
  }

  private static Row missedOne(Facts facts) {
    if (!facts.inSync()) {
      return Row.MISSED_ONE;
    }
    return switch (facts.link()) {
      case CLOSED -> linkClosed(facts.witnesses());
      case UP -> facts.peer() == Peer.MUTE ? Row.MISSED_PEER_MUTE : Row.MISSED_ONE;
      case LOST -> Row.MISSED_ONE;
    };
  }

  private static Row linkClosed(Witnesses witnesses) {
    return switch (witnesses) {
      case NONE, REACHED -> Row.LINK_CLOSED;
      case UNASKED -> Row.CLOSED_ASK;
      case UNREACHED -> Row.MISSED_ONE;
    };
  }

  private static Row silentLinkDown(Witnesses witnesses) {
    return switch (witnesses) {
      case NONE, REACHED -> Row.SILENT_LINK_DOWN;
      case UNASKED -> Row.SILENT_ASK;
      case UNREACHED -> Row.SILENT_ISOLATED;
    };
  }

  private static Row silentLinkUp(Facts facts) {
    return switch (facts.peer()) {
      case ACTIVE_HEALTHY -> Row.SILENT_ACTIVE_HEALTHY;
      case ACTIVE_FAULT -> Row.SILENT_ACTIVE_FAULT;
      case MUTE -> Row.SILENT_PEER_MUTE;
      case NOT_ACTIVE -> facts.winsElection() ? Row.SILENT_WE_ARE_NEXT : Row.SILENT_PEER_IS_NEXT;
    };
  }
}
