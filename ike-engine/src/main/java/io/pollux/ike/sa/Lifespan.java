package io.pollux.ike.sa;

import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.Lifetimes;
import java.util.OptionalLong;

/** How old an IKE SA is and may become, and when its peer is asked whether it lives. */
public final class Lifespan {
  private static final double JITTER = 0.1; // of amounts, where no time says it

  private final Host host;
  private final Timers timers;
  private Lifetimes lifetimes = new Lifetimes(0, 0, 0, 0, 0, 0);
  private final long bornNs;
  private long reauthNs;
  private long createdNs;
  private final Hints hints = new Hints();
  private int refusals;

  Lifespan(Host host, Timers timers) {
    this.host = host;
    this.timers = timers;
    this.bornNs = host.nowNs();
    this.createdNs = bornNs;
  }

  /** Starts from now. */
  void begin(RekeyPolicy policy) {
    createdNs = host.nowNs();
    lifetimes = lifetimes(policy, host);
    arm(0);
  }

  /** Goes on; what is overdue comes within {@code spreadNs}. */
  void resume(Lifetimes known, long bornNs, long knownReauthNs, long spreadNs) {
    lifetimes = known;
    createdNs = bornNs;
    reauthNs = knownReauthNs;
    arm(spreadNs);
  }

  /** The age at which the authentication has to be repeated; 0 = never. */
  public void limit(long ageNs) {
    reauthNs = ageNs;
    armReauth(0);
  }

  /** An authentication lasts as long on the IKE SA that takes {@code old}'s place (RFC 4478). */
  void inherit(Lifespan old) {
    if (old.reauthNs > 0) {
      long leftNs = old.reauthNs - (host.nowNs() - old.createdNs);
      limit(Math.max(1, leftNs));
    }
  }

  /** See {@link io.pollux.ike.sad.IkeSaSnapshot#reauthNs}. */
  long reauthNs() {
    return reauthNs;
  }

  /** Whether another IKE SA has to take over with a new authentication. */
  public boolean isReauthDue() {
    return reauthNs > 0 && host.nowNs() - (createdNs + reauthNs) >= 0;
  }

  /** When an authentication that should have been repeated already is repeated at the latest. */
  public static final long REAUTH_SPREAD_NS = 10_000_000_000L;

  private void armReauth(long spreadNs) {
    if (reauthNs > 0) {
      long due = createdNs + reauthNs;
      boolean overdue = due - host.nowNs() <= 0;
      timers.set(
          Timers.Kind.REAUTH, overdue ? host.nowNs() + host.entropy().jitterNs(spreadNs) : due);
    } else {
      timers.clear(Timers.Kind.REAUTH);
    }
  }

  /** Lifetimes of a new SA: the soft ones come earlier by the jitter, each by its own. */
  public static Lifetimes lifetimes(RekeyPolicy policy, Host host) {
    long soft = policy.softNs();
    long earlier = soft > 0 ? host.entropy().jitterNs(Math.min(policy.jitterNs(), soft)) : 0;
    return new Lifetimes(
        soft - earlier,
        policy.hardNs(),
        earlier(policy.softBytes(), policy, host),
        policy.hardBytes(),
        earlier(policy.softPackets(), policy, host),
        policy.hardPackets());
  }

  /** An amount less up to the part of it that the jitter is of the time; 0 stays 0. */
  private static long earlier(long soft, RekeyPolicy policy, Host host) {
    double part = policy.softNs() > 0 ? (double) policy.jitterNs() / policy.softNs() : JITTER;
    long bound = (long) (soft * Math.min(part, 1));
    return bound > 0 ? soft - host.entropy().jitterNs(Math.min(bound, soft)) : soft;
  }

  private void arm(long spreadNs) {
    if (lifetimes.softNs() > 0) {
      long due = createdNs + lifetimes.softNs();
      boolean overdue = due - host.nowNs() <= 0;
      timers.set(
          Timers.Kind.REKEY, overdue ? host.nowNs() + host.entropy().jitterNs(spreadNs) : due);
    }
    if (lifetimes.hardNs() > 0) {
      timers.set(Timers.Kind.EXPIRE, createdNs + lifetimes.hardNs());
    }
    armReauth(Math.min(spreadNs, REAUTH_SPREAD_NS)); // the peer does not wait for long
  }

  /** An authentic message came: the next question is due {@code livenessNs} later; 0 = never. */
  void heard(long livenessNs) {
    if (livenessNs > 0) {
      timers.set(Timers.Kind.LIVENESS, host.nowNs() + livenessNs);
    }
  }

  Lifetimes lifetimes() {
    return lifetimes;
  }

  /** What may have said that the peer has lost its state. */
  public Hints hints() {
    return hints;
  }

  /** How often the peer has refused to rekey it before; this is once more. */
  public int refused() {
    return refusals++;
  }

  /**
   * When a rekey has to be begun at the latest: half-way between the soft and the hard lifetime.
   * Empty if it has no hard one.
   */
  public OptionalLong lastRekeyNs() {
    long hard = lifetimes.hardNs();
    long soft = Math.min(lifetimes.softNs(), hard);
    return hard == 0 ? OptionalLong.empty() : OptionalLong.of(createdNs + hard - (hard - soft) / 2);
  }

  /** When its first message was sent or came, before it was established. */
  public long bornNs() {
    return bornNs;
  }

  /** When it was established. */
  public long createdNs() {
    return createdNs;
  }
}
