package io.pollux.ha.role;

import io.pollux.ha.role.DecisionTable.Peer;
import io.pollux.ha.vrrp.AnnouncePolicy;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an active node does besides advertising: announcing again, and meeting another active node.
 *
 * <p>Two active nodes compare {@link Claim}s, on VRRP and on the link by the same rule. The loser
 * closes its gate and discards; the winner asserts itself, announces and rekeys. A loser that still
 * advertises after twice the Active_Down_Interval does not hear us: then the one who hears yields.
 */
final class Reign {
  private static final long NONE = Long.MAX_VALUE;

  private final RoleCore core;
  private final Fall fall;
  private long sinceNs;
  private int announced;
  private long announceDueNs = NONE;
  private long conflictSinceNs = NONE;
  private long conflictSeenNs;
  private boolean firstWord; // an advertisement on the way when we took over may be a dead node's

  Reign(RoleCore core, Fall fall) {
    this.core = core;
    this.fall = fall;
  }

  void begin() {
    sinceNs = core.now;
    announced = 0;
    conflictSinceNs = NONE;
    firstWord = true;
    schedule();
  }

  /** An advertisement of another active node. */
  void contested(String instance, InetAddress source, int priority) {
    if (firstWord && core.now - sinceNs < core.intervalNs() / 2) {
      firstWord = false;
      core.send(core.group.advertise(core.now));
      return;
    }
    Claim[] claims = claims(instance, source, priority);
    String who = source.getHostAddress() + " priority " + priority + " on " + instance;
    if (claims[1].wins(claims[0])) {
      // The last word as an active node: the winner may not have heard of us yet, and has to know
      // that the keys were used twice.
      core.send(core.group.advertise(core.now));
      lose(who);
      return;
    }
    core.send(core.group.advertise(core.now));
    boolean deafOnly = conflictSinceNs != NONE && core.peerNow() != Peer.NOT_ACTIVE;
    if (deafOnly && core.now - conflictSinceNs >= 2 * core.activeDownNs()) {
      core.emit(new RoleEffect.Alarm("another active node does not hear us: " + who));
      fall.begin(
          Phase.Target.STANDBY,
          Reason.PEER_IS_DEAF,
          who,
          true,
          OptionalLong.empty(),
          OptionalLong.empty());
      return;
    }
    win(who);
  }

  /** The peer says over the link that it is active too. */
  void contested(RoleMessage.Health health) {
    // Where another manager decides, its last word counts: the younger reign.
    boolean loses =
        core.config.external() ? health.epoch() > core.epoch : health.claim().wins(core.claim());
    if (loses) {
      lose("epoch " + health.epoch() + " over the link");
    } else {
      win("epoch " + health.epoch() + " over the link");
    }
  }

  void timeout() {
    if (announceDueNs <= core.now) {
      announced++;
      schedule();
      core.emit(
          new RoleEffect.AnnounceAgain(
              AnnouncePolicy.round(
                  core.config.vips(),
                  announced <= core.config.announce().repeatAfterNs().size()
                      ? core.config.announce().burst()
                      : 1)));
    }
    if (conflictSinceNs != NONE && core.now - conflictSeenNs >= core.activeDownNs()) {
      conflictSinceNs = NONE;
      announceNow();
    }
  }

  long nextTimeoutNs() {
    long conflictEnd = conflictSinceNs == NONE ? NONE : conflictSeenNs + core.activeDownNs();
    return Math.min(announceDueNs, conflictEnd);
  }

  private void lose(String who) {
    core.emit(new RoleEffect.Alarm("two active nodes, this one loses: " + who));
    fall.begin(
        Phase.Target.STANDBY,
        Reason.LOST_TO_PEER,
        who,
        true,
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  private void win(String who) {
    conflictSeenNs = core.now;
    if (conflictSinceNs == NONE) {
      conflictSinceNs = core.now;
      core.emit(new RoleEffect.Alarm("two active nodes, this one stays: " + who));
      announceNow();
      core.emit(new RoleEffect.RekeyUsed());
    }
  }

  /**
   * Ours, then theirs. From the pair's other node the first instance's addresses count, whatever
   * instance was heard, so that two instances never decide differently; with a stranger, or a
   * single instance, it is the sender's own (RFC 9568 section 6.4.3).
   */
  private Claim[] claims(String instance, InetAddress source, int priority) {
    List<VrrpGroupConfig.Instance> all = core.config.vrrp().instances();
    VrrpGroupConfig.Instance heard =
        all.stream().filter(i -> i.name().equals(instance)).findFirst().orElseThrow();
    VrrpGroupConfig.Instance reference = all.getFirst();
    Optional<InetAddress> theirs = reference.peerAddress();
    boolean partner = theirs.isPresent() && heard.peerAddress().map(source::equals).orElse(false);
    InetAddress own = partner ? reference.primaryAddress() : heard.primaryAddress();
    InetAddress other = partner ? theirs.get() : source;
    int node = core.config.node();
    return new Claim[] {
      new Claim(core.group.priority(), Octets.of(own.getAddress()), node),
      new Claim(priority, Octets.of(other.getAddress()), 1 - node)
    };
  }

  private void announceNow() {
    core.emit(
        new RoleEffect.AnnounceAgain(
            AnnouncePolicy.round(core.config.vips(), core.config.announce().burst())));
  }

  private void schedule() {
    AnnouncePolicy policy = core.config.announce();
    if (announced < policy.repeatAfterNs().size()) {
      announceDueNs = sinceNs + policy.repeatAfterNs().get(announced);
    } else {
      announceDueNs = policy.refreshNs() == 0 ? NONE : core.now + policy.refreshNs();
    }
  }
}
