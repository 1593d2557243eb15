package io.pollux.ha.role;

import io.pollux.ha.role.DecisionTable.Peer;
import io.pollux.ha.vrrp.AnnouncePolicy;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import io.pollux.ha.vrrp.VrrpTimers;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What an active node does besides advertising: announcing again, and meeting another active node.
 *
 * <p>Two active nodes compare {@link Claim}s, on VRRP and on the link by the same rule. The loser
 * closes its gate and discards; the winner asserts itself and announces; when the loser is silent
 * it announces again and rekeys. A loser that still advertises after twice the Active_Down_Interval
 * does not hear us: then the one who hears yields.
 *
 * <p>Before the claims comes what there is to lose: a reign that began without a complete copy and
 * has no IKE SA yet (<em>provisional</em>) yields to the partner's, which has them all. The link
 * says which is which; an advertisement has no room for it. Hence the order of giving in on VRRP:
 *
 * <pre>
 * provisional, lower claim     at the partner's first advertisement
 * provisional, higher claim    at its second; does not answer the first
 * else,        lower claim     at its fifth; answers each with one of its own
 * else,        higher claim    stays
 * </pre>
 *
 * The fifth, because a provisional one of higher claim has said three or, with one advertisement
 * lost, four before it has heard two. With a router that is no partner RFC 9568 section 6.4.3
 * holds: the lower yields at the first.
 *
 * <p>And before that comes a machine that stood still with its memory and its clock (a virtual one
 * that was stopped, or set back to a snapshot): see {@link #stoodStill}. It alone can know, so it
 * alone decides: over the link the younger reign says nothing final before the older one has.
 */
final class Reign {
  private static final long NONE = Long.MAX_VALUE;

  /** Advertisements of a higher claim that a reign with tunnels answers before it yields. */
  private static final int PATIENCE = 5;

  private final RoleCore core;
  private final Fall fall;
  private long sinceNs;
  private int announced;
  private long announceDueNs = NONE;
  private long conflictSinceNs = NONE;
  private long conflictSeenNs;
  private final Map<String, Integer> words = new TreeMap<>(); // of the partner, by instance
  private boolean doubted; // a higher claim was heard, and it has not been decided yet
  private boolean firstWord; // an advertisement on the way when we took over may be a dead node's

  Reign(RoleCore core, Fall fall) {
    this.core = core;
    this.fall = fall;
  }

  void begin() {
    sinceNs = core.now;
    core.reignSinceNs = core.now;
    core.outlasts = 0;
    core.peer.reignBegins();
    announced = 0;
    conflictSinceNs = NONE;
    doubted = false;
    firstWord = true;
    words.clear();
    schedule();
  }

  /** An advertisement of another active node. */
  void contested(String instance, InetAddress source, int priority) {
    if (firstWord && core.now - sinceNs < core.intervalNs() / 2) {
      firstWord = false;
      if (!core.provisional) {
        core.send(core.group.advertise(core.now));
      }
      return;
    }
    Claim[] claims = claims(instance, source, priority);
    String who = source.getHostAddress() + " priority " + priority + " on " + instance;
    boolean partner = isPartner(instance, source);
    if (partner && stoodStill()) {
      core.send(core.group.advertise(core.now)); // keys were used twice: the other one has to know
      stepBack(who);
      return;
    }
    boolean provisional = partner && core.provisional;
    boolean higher = claims[0].wins(claims[1]) || partner && !provisional && knownProvisional();
    int lower = partner && !provisional ? PATIENCE : 1;
    int enough = higher ? (provisional ? 2 : Integer.MAX_VALUE) : lower;
    boolean yields = words.merge(instance, 1, Integer::sum) >= enough;
    if (provisional) {
      if (yields) {
        lose(who + "; this reign began without a copy and has no IKE SA");
      }
      return; // no word to the partner: enough of ours would make it yield
    }
    // Also the last word of one that yields: the winner may not have heard of us yet, and has to
    // know that the keys were used twice.
    core.send(core.group.advertise(core.now));
    if (yields) {
      lose(who);
      return;
    }
    if (!higher) {
      doubted(who);
      return;
    }
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
    String who = "epoch " + health.epoch() + " over the link";
    RoleMessage.Standing theirs = health.standing();
    boolean alike = core.provisional == health.provisional();
    boolean byClaim = alike && !core.provisional && !core.config.external() && theirs.reign() > 0;
    if (byClaim && theirs.reign() > core.epoch && stoodStill(theirs.ageNs())) {
      stepBack(who);
      return;
    }
    boolean wait = theirs.reign() < core.epoch && theirs.outlasts() < core.epoch;
    if (byClaim && wait && health.claim().wins(core.claim())) {
      doubted(who);
      core.sayHealth(); // the older reign decides first: it may have stood still
      return;
    }
    // Where another manager decides, its last word counts: the younger reign.
    boolean loses =
        core.config.external()
            ? health.epoch() > core.epoch
            : alike ? health.claim().wins(core.claim()) : core.provisional;
    if (loses) {
      lose(who);
      return;
    }
    win(who);
    if (theirs.reign() > core.outlasts) {
      core.outlasts = theirs.reign();
      core.sayHealth();
    }
  }

  /**
   * The partner reigns, and by our clock it said a moment ago that it follows: it has waited for
   * longer than that, so our clock stood still. (Or it has lost its carrier and an advertisement in
   * that moment: then one of two alike goes.)
   */
  private boolean stoodStill() {
    long waits = VrrpTimers.activeDownIntervalNs(core.peer.followerPriority(), core.intervalNs());
    return !core.config.external()
        && core.peer.followedNs().isPresent()
        && core.now - core.peer.followedNs().getAsLong() < waits;
  }

  /** By its clock the partner has reigned since before, by ours, it last said that it follows. */
  private boolean stoodStill(long reignedNs) {
    return core.peer.followedNs().isPresent()
        && reignedNs - core.intervalNs() > core.now - core.peer.followedNs().getAsLong();
  }

  /**
   * Keeps what it has until the other one is heard again: see {@link Fall#succeeded}. Should it
   * have to reign with that, it is provisional.
   */
  private void stepBack(String who) {
    core.emit(
        new RoleEffect.Alarm(
            "two active nodes, and this one's clock stood still while the other one took over: "
                + who));
    fall.overslept(who);
    core.outlived = true;
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
    if (conflictSinceNs != NONE && core.now - conflictSeenNs >= quietNs()) {
      conflictSinceNs = NONE;
      words.clear();
      doubted = false;
      announceNow();
      core.emit(new RoleEffect.Alarm("the other active node is silent, this one stays"));
      // Not before: if it is this one that yields in the end, its new keys would be nobody's.
      core.emit(new RoleEffect.RekeyUsed());
    }
  }

  long nextTimeoutNs() {
    long conflictEnd = conflictSinceNs == NONE ? NONE : conflictSeenNs + quietNs();
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

  /** After so long without a word the other one has yielded. */
  private long quietNs() {
    return doubted ? core.intervalNs() * 3 / 2 : core.activeDownNs();
  }

  /** The partner's claim is higher, but its reign may be provisional: then it yields first. */
  private void doubted(String who) {
    conflictSeenNs = core.now;
    doubted = true;
    if (conflictSinceNs == NONE) {
      conflictSinceNs = core.now;
      core.emit(new RoleEffect.Alarm("two active nodes, the other one claims more: " + who));
    }
  }

  private void win(String who) {
    conflictSeenNs = core.now;
    if (conflictSinceNs == NONE || doubted) {
      doubted = false;
      conflictSinceNs = core.now;
      core.emit(new RoleEffect.Alarm("two active nodes, this one stays: " + who));
      announceNow();
    }
  }

  /**
   * Ours, then theirs. From the pair's other node the first instance's addresses count, whatever
   * instance was heard, so that two instances never decide differently; with a stranger, or a
   * single instance, it is the sender's own (RFC 9568 section 6.4.3).
   */
  private Claim[] claims(String instance, InetAddress source, int priority) {
    VrrpGroupConfig.Instance heard = instance(instance);
    VrrpGroupConfig.Instance reference = core.config.vrrp().instances().getFirst();
    Optional<InetAddress> theirs = reference.peerAddress();
    boolean partner =
        theirs.isPresent() && heard.peerAddress().isPresent() && isPartner(instance, source);
    InetAddress own = partner ? reference.primaryAddress() : heard.primaryAddress();
    InetAddress other = partner ? theirs.get() : source;
    int node = core.config.node();
    return new Claim[] {
      new Claim(core.group.priority(), Octets.of(own.getAddress()), node),
      new Claim(priority, Octets.of(other.getAddress()), 1 - node)
    };
  }

  private VrrpGroupConfig.Instance instance(String name) {
    return core.config.vrrp().instances().stream()
        .filter(i -> i.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Whether it may be the pair's other node; one whose address is not known may. */
  private boolean isPartner(String instance, InetAddress source) {
    return instance(instance).peerAddress().map(source::equals).orElse(true);
  }

  /** Whether the peer has said over the link that its reign is provisional. */
  private boolean knownProvisional() {
    return core.peer.health().map(said -> said.provisional()).orElse(false);
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
