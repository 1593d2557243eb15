package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.MessageId;
import java.util.Optional;

/**
 * Our question for message IDs after a takeover (RFC 6311): possible once per failover, due when
 * something shows that the peer is elsewhere than we think, then under way until its answer. It
 * stands beside the window, which must be free meanwhile.
 *
 * <p>It is not asked without need. Message IDs are replicated before the peer sees them, and charon
 * ends an IKE SA with AEAD at our question if it has answered any request of ours before (its IV
 * generator refuses the ID 0). So where what we know may be old, the first thing is a liveness
 * check under the ID that we know.
 */
public final class Syncing {
  private static final int MAX_QUESTIONS = 3; // that the peer has not seen

  private final IkeSa sa;
  private Optional<PendingSync> pending = Optional.empty();
  private int questions;
  private boolean possible;
  private boolean due;
  private boolean doubtful;

  Syncing(IkeSa sa) {
    this.sa = sa;
  }

  /** Whether this failover's question has not been asked, nor an answer made it needless. */
  public boolean isPossible() {
    return possible;
  }

  /** Whether the peer is to be asked before anything else. */
  public boolean isDue() {
    return due;
  }

  void allow() {
    possible = true;
  }

  /** What we know may be old: nothing is begun before the peer has answered. */
  void doubt() {
    doubtful = true;
  }

  /** Whether the next request has to be a liveness check; asked once. */
  public boolean takeDoubt() {
    boolean was = doubtful;
    doubtful = false;
    return was;
  }

  /** There is need for it. */
  public void makeDue() {
    due = possible;
  }

  /** A response under our message ID came: the peer is where we think. */
  public void needless() {
    possible = false;
    due = false;
    doubtful = false;
  }

  public Optional<PendingSync> pending() {
    return pending;
  }

  /** Asks; nothing else is asked before the answer, or before its time is over. */
  public void begin(PendingSync question) {
    pending = Optional.of(question);
    possible = false;
    due = false;
    questions++;
    sa.transmit(question.datagrams());
    long wait = sa.host().config().retransmission().waitNs(1);
    sa.timers().set(Timers.Kind.SYNC, sa.host().nowNs() + wait);
  }

  /**
   * No answer: the peer drops a repetition if it was the answer that was lost. An ordinary request
   * under the new ID shows whether it was; if that has no answer either, one more question may be
   * asked.
   */
  public void unanswered() {
    pending.flatMap(PendingSync::counters).ifPresent(sa.tasks()::add);
    end();
    possible = questions < MAX_QUESTIONS;
    sa.tasks().add(new Task.Liveness());
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
