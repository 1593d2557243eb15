package io.pollux.ike.sa;

import java.util.Optional;

/**
 * The IKE_FOLLOWUP_KE exchanges of one IKE SA (RFC 9370 section 2.2.4): the peer's series that is
 * not complete, and how often in a row the peer had forgotten one of ours.
 */
public final class FollowUps {
  /** So often the peer may have forgotten; then the IKE SA ends. */
  public static final int MAX_FORGOTTEN = 4;

  private final Timers timers;
  private Optional<FollowUp> pending = Optional.empty();
  private int forgotten;

  FollowUps(Timers timers) {
    this.timers = timers;
  }

  /** A CREATE_CHILD_SA of the peer that is not complete yet. */
  public Optional<FollowUp> pending() {
    return pending;
  }

  /** It goes on with {@code next}, and only so long. */
  public void await(FollowUp next) {
    pending = Optional.of(next);
    timers.set(Timers.Kind.FOLLOW_UP, next.dueNs());
  }

  /** Takes it out: it goes on, or ends. */
  public void take() {
    pending = Optional.empty();
    timers.clear(Timers.Kind.FOLLOW_UP);
  }

  /** It does not go on: its secrets go. */
  public void drop() {
    pending.ifPresent(FollowUp::wipe);
    take();
  }

  /** STATE_NOT_FOUND came; whether this is once too often. */
  public boolean isForgottenTooOften() {
    return ++forgotten >= MAX_FORGOTTEN;
  }

  /** A series of ours is complete. */
  public void completed() {
    forgotten = 0;
  }
}
