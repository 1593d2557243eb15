package io.pollux.ike.sa;

import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.Lifetimes;

/** How old an IKE SA is and may become, and when its peer is asked whether it lives. */
public final class Lifespan {
  private final Host host;
  private final Timers timers;
  private Lifetimes lifetimes = new Lifetimes(0, 0, 0, 0, 0, 0);
  private final long bornNs;
  private long createdNs;

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
  void resume(Lifetimes known, long bornNs, long spreadNs) {
    lifetimes = known;
    createdNs = bornNs;
    arm(spreadNs);
  }

  /** Lifetimes of a new SA: the soft one comes earlier by the jitter. */
  public static Lifetimes lifetimes(RekeyPolicy policy, Host host) {
    long soft = policy.softNs();
    long earlier = soft > 0 ? host.entropy().jitterNs(Math.min(policy.jitterNs(), soft)) : 0;
    return new Lifetimes(
        soft - earlier,
        policy.hardNs(),
        policy.softBytes(),
        policy.hardBytes(),
        policy.softPackets(),
        policy.hardPackets());
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

  /** When its first message was sent or came, before it was established. */
  long bornNs() {
    return bornNs;
  }

  long createdNs() {
    return createdNs;
  }
}
