package io.pollux.ike.sa;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A Child SA that stands in the kernel, and what its IKE SA intends with it.
 *
 * <p>A rekey makes a new one, its generation; until the old one is deleted both stand, and exactly
 * one of them has its outbound SA in the kernel.
 */
public final class ChildSa {
  private ChildSaSnapshot snapshot;
  private final long createdNs;
  private Phase phase = Phase.LIVE;
  private Optional<EspSpi> replaces = Optional.empty();
  private long softDueNs;
  private boolean softSet;
  private long closeDueNs;

  /** Where a Child SA stands in its life. */
  public enum Phase {
    /** In use. */
    LIVE,
    /** Our request for a successor is queued or under way. */
    REKEYING,
    /** A successor stands; it goes when its Delete comes. */
    REPLACED,
    /** Our Delete is queued or under way. */
    DELETING
  }

  public ChildSa(ChildSaSnapshot snapshot, long nowNs) {
    this.snapshot = snapshot;
    this.createdNs = nowNs - snapshot.ageNs();
    if (snapshot.lifetimes().softNs() > 0) {
      softDueNs = createdNs + snapshot.lifetimes().softNs();
      softSet = true;
    }
  }

  /** As of {@code nowNs}. */
  public ChildSaSnapshot snapshot(long nowNs) {
    return snapshot.withAge(nowNs - createdNs, snapshot.replay());
  }

  /** With whatever age it was last set. */
  public ChildSaSnapshot value() {
    return snapshot;
  }

  /** A new value: endpoints or the outbound SA changed. */
  public void set(ChildSaSnapshot changed) {
    snapshot = changed;
  }

  public String name() {
    return snapshot.child();
  }

  public EspSpi inbound() {
    return snapshot.inboundSpi();
  }

  public EspSpi outbound() {
    return snapshot.outboundSpi();
  }

  public Phase phase() {
    return phase;
  }

  public void enter(Phase next) {
    phase = next;
  }

  /** A successor stands; if no Delete comes until {@code closeNs}, we send one. */
  public void replaced(long closeNs) {
    phase = Phase.REPLACED;
    closeDueNs = closeNs;
  }

  /** Whether it was replaced and the peer has not deleted it. */
  public boolean isOverstaying(long nowNs) {
    return phase == Phase.REPLACED && nowNs - closeDueNs >= 0;
  }

  /** The generation whose outbound SA still stands and which this one shall take over from. */
  public Optional<EspSpi> replaces() {
    return replaces;
  }

  public void setReplaces(Optional<EspSpi> old) {
    replaces = old;
  }

  /** Moves the soft deadline to {@code atNs}. */
  public void rekeyAt(long atNs) {
    softDueNs = atNs;
    softSet = true;
  }

  /** Whether the soft lifetime is over and nothing was done about it yet. */
  public boolean isRekeyDue(long nowNs) {
    return softSet && phase == Phase.LIVE && nowNs - softDueNs >= 0;
  }

  /** {@link #isRekeyDue}, but only once. */
  public boolean rekeyFired(long nowNs) {
    boolean due = isRekeyDue(nowNs);
    softSet &= !due;
    return due;
  }

  /** Whether the hard lifetime is over. */
  public boolean isExpired(long nowNs) {
    long hard = snapshot.lifetimes().hardNs();
    return hard > 0 && phase != Phase.DELETING && nowNs - (createdNs + hard) >= 0;
  }

  /** The next deadline. */
  public OptionalLong next() {
    OptionalLong next = OptionalLong.empty();
    if (softSet && phase == Phase.LIVE) {
      next = OptionalLong.of(softDueNs);
    }
    if (phase == Phase.REPLACED) {
      next = OptionalLong.of(closeDueNs);
    }
    long hard = snapshot.lifetimes().hardNs();
    return hard > 0 && phase != Phase.DELETING ? Timers.earlier(next, createdNs + hard) : next;
  }
}
