package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.MessageId;
import java.util.Optional;

/**
 * Our question for message IDs after a takeover (RFC 6311): due once, then under way until its
 * answer. It stands beside the window, which must be free meanwhile.
 */
public final class Syncing {
  private final IkeSa sa;
  private Optional<PendingSync> pending = Optional.empty();
  private int transmissions;
  private boolean due;

  Syncing(IkeSa sa) {
    this.sa = sa;
  }

  /** Whether the peer is still to be asked after a takeover. */
  public boolean isDue() {
    return due;
  }

  void makeDue() {
    due = true;
  }

  public Optional<PendingSync> pending() {
    return pending;
  }

  /** Asks; nothing else is asked before the answer. */
  public void begin(PendingSync question) {
    transmissions = pending.isPresent() ? transmissions : 0;
    pending = Optional.of(question);
    due = false;
    transmit();
  }

  /** Whether it was not asked often enough to give up. */
  public boolean mayRepeat() {
    return transmissions < sa.host().config().retransmission().tries();
  }

  private void transmit() {
    transmissions++;
    sa.transmit(pending.orElseThrow().datagrams());
    long wait = sa.host().config().retransmission().waitNs(transmissions);
    sa.timers().set(Timers.Kind.SYNC, sa.host().nowNs() + wait);
  }

  /** It has its answer, or nobody waits for it any more. */
  public void end() {
    pending = Optional.empty();
    sa.timers().clear(Timers.Kind.SYNC);
  }

  /** Message IDs go on from here without an exchange (RFC 6311); nothing is outstanding. */
  public void windowMoved(MessageId own, MessageId peer) {
    sa.window().moved(own, peer);
    sa.host().emit(new Effect.Replicate(new IkeEvent.WindowMoved(sa.spis(), own, peer)));
  }
}
