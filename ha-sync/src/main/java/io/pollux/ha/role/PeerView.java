package io.pollux.ha.role;

import io.pollux.ha.role.DecisionTable.Link;
import io.pollux.ha.role.DecisionTable.Peer;
import io.pollux.ha.role.RoleMessage.Health;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import java.util.Optional;
import java.util.OptionalLong;

/** What this node knows of the other one over the link. */
final class PeerView {
  private Link link = Link.LOST;
  private long linkChangedNs;
  private long healthNs;
  private Optional<Health> health = Optional.empty();
  private OptionalLong followedNs = OptionalLong.empty();
  private int followerPriority;

  void linkUp(long nowNs) {
    link = Link.UP;
    linkChangedNs = nowNs;
    healthNs = nowNs; // from here on its silence counts
    health = Optional.empty();
  }

  void linkDown(RoleInput.How how, long nowNs) {
    link = how.tells() ? Link.CLOSED : Link.LOST;
    linkChangedNs = nowNs;
    health = Optional.empty();
  }

  void health(Health said, long nowNs) {
    health = Optional.of(said);
    healthNs = nowNs;
    if (said.role() == Role.STANDBY && said.sync() == Sync.IN_SYNC) {
      followedNs = OptionalLong.of(nowNs);
      followerPriority = said.claim().priority();
    }
  }

  /** A reign of ours begins: nobody has followed it yet. */
  void reignBegins() {
    followedNs = OptionalLong.empty();
  }

  /** When the peer last said that it follows this reign, in sync; empty if it never did. */
  OptionalLong followedNs() {
    return followedNs;
  }

  /** The priority of the one that followed. */
  int followerPriority() {
    return followerPriority;
  }

  /**
   * An advertisement was heard: if that is clearly after the link was closed, the active node lives
   * and the closed link means nothing.
   */
  void heardVrrp(long intervalNs, long nowNs) {
    if (link == Link.CLOSED && nowNs - linkChangedNs >= intervalNs / 2) {
      link = Link.LOST;
    }
  }

  /** We did not listen for {@code byNs}: that was not its silence. */
  void slept(long byNs, long nowNs) {
    healthNs = Math.min(nowNs, healthNs + byNs);
  }

  Link link() {
    return link;
  }

  Optional<Health> health() {
    return health;
  }

  /** When its silence becomes {@link Peer#MUTE}, if the link is up. */
  long muteAtNs(long muteAfterNs) {
    return healthNs + muteAfterNs;
  }

  Peer peer(long muteAfterNs, long nowNs) {
    if (link != Link.UP || nowNs >= muteAtNs(muteAfterNs)) {
      return Peer.MUTE;
    }
    if (health.isEmpty()) {
      return Peer.ACTIVE_HEALTHY; // the link is fresh: the careful guess until its first word
    }
    if (health.get().role() != Role.ACTIVE) {
      return Peer.NOT_ACTIVE;
    }
    return health.get().fault() ? Peer.ACTIVE_FAULT : Peer.ACTIVE_HEALTHY;
  }

  /** Whether the peer could take over at once. */
  boolean ready(long muteAfterNs, long nowNs) {
    return peer(muteAfterNs, nowNs) == Peer.NOT_ACTIVE
        && health.get().role() == Role.STANDBY
        && !health.get().fault()
        && health.get().sync() == Sync.IN_SYNC;
  }
}
