package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.IkeEvent;

/**
 * An IKE SA that is not up yet: what a standby knows of it, enough to finish IKE_AUTH, and what the
 * peer has said about others.
 */
public final class Birth {
  private final IkeSa sa;
  private boolean told;
  private boolean initialContact;

  Birth(IkeSa sa) {
    this.sa = sa;
  }

  /** Whether the standby knows the IKE SA, up or on the way there. */
  public boolean isTold() {
    return sa.isUp() || told;
  }

  /** The standby could finish IKE_AUTH with this; not told while too many are half open. */
  void tell(boolean proven) {
    if (!sa.isUp()
        && HalfOpenStates.encode(sa.state()).isPresent()
        && (told || proven || sa.host().tellsHalfOpen())) {
      told = true;
      sa.host()
          .emit(
              new Effect.Replicate(
                  new IkeEvent.IkeSaHalfOpen(sa.snapshot(sa.host().nowNs()), proven)));
    }
  }

  /** Something has changed that the standby knows. */
  public void retell() {
    if (told) {
      tell(false);
    }
  }

  /** A standby's knowledge of a half-open IKE SA is this node's own now. */
  void wasTold() {
    told = true;
  }

  /** It is up, or over. */
  void end() {
    told = false;
  }

  /** The peer says that it has no other IKE SA with us (INITIAL_CONTACT, RFC 7296 section 2.4). */
  public void setInitialContact() {
    initialContact = true;
  }

  public boolean isInitialContact() {
    return initialContact;
  }
}
