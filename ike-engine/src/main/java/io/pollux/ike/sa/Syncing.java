package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.sad.MessageId;
import java.util.Optional;

/**
 * Our question for message IDs after a takeover (RFC 6311): possible once per failover, due when
 * something shows that the peer is elsewhere than we think, then under way until its answer. It
 * stands beside the window, which must be free meanwhile.
 *
 * <p>It is not asked without need. Message IDs are replicated before the peer sees them, but for
 * messages that waited for the standby longer than their bound; and charon ends an IKE SA with AEAD
 * at our question if it has answered any request of ours before (its IV generator refuses the ID
 * 0). So a request without an answer gives way to a liveness check under each of the next few IDs:
 * a peer drops what is older than it expects, so one of them is the right one unless much was
 * missed. Where the copy is known to be old a liveness check comes before anything else. What the
 * peer asks meanwhile under a later ID than we know is worked on: it is authentic, and the peer has
 * had its answers to those between.
 */
public final class Syncing {
  private static final int MAX_QUESTIONS = 3; // that the peer has not seen
  private static final int MAX_PROBES = 3; // IDs that the dead node may have used untold
  private static final int UNSURE_TRIES = 3;
  private static final int SURE_AFTER = 2; // requests of the peer's, the first may be a late copy

  private final IkeSa sa;
  private Optional<PendingSync> pending = Optional.empty();
  private int questions;
  private boolean possible;
  private boolean due;
  private boolean doubtful;
  private boolean old;
  private boolean ownUnsure;
  private int peersUnsure;
  private int probes;

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

  /**
   * A failover, or another node that spoke to the peer as well.
   *
   * @param known whether our message IDs are the last ones; if not, nothing is begun before the
   *     peer has answered
   */
  public void failedOver(boolean known) {
    possible = sa.peerSupports().contains(CounterSync.MESSAGE_IDS);
    doubtful = !known;
    old = !known;
    ownUnsure = true;
    peersUnsure = SURE_AFTER;
    probes = 0;
    questions = 0;
  }

  /**
   * How often a request is sent before its silence is taken for a sign that the peer is elsewhere.
   * A broken way to the peer is silent too: with a complete copy that is more likely by far.
   */
  public int patience() {
    int half = sa.host().config().retransmission().tries() / 2;
    return old || probes + questions > 0 ? UNSURE_TRIES : Math.max(UNSURE_TRIES, half);
  }

  /** Whether the ID of our next request may be used up, with more IDs left to try. */
  public boolean canProbe() {
    return ownUnsure && probes < MAX_PROBES;
  }

  /** The next ID, with a liveness check as the first request under it. Nothing is outstanding. */
  public void probeNext() {
    probes++;
    doubtful = true;
    sa.host().count("message_ids_probed");
    windowMoved(sa.window().nextOwn().next(), sa.window().nextPeer());
    sa.tasks().add(new Task.Liveness());
  }

  /** Whether a request further on than our window is the peer's next one, for all we know. */
  public boolean mayFollow() {
    return peersUnsure > 0 && pending.isEmpty();
  }

  /** The peer's next request has this ID; ours that is outstanding stays so. */
  public void follow(MessageId peers) {
    sa.host().count("message_ids_followed");
    peersUnsure = 0;
    windowMoved(sa.window().nextOwn(), peers);
    if (sa.window().isBusy()) {
      sa.tellStarted();
    }
  }

  /** A request of the peer's is the next one for us: after another its IDs are known. */
  public void peerHeard() {
    peersUnsure = Math.max(0, peersUnsure - 1);
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
    ownUnsure = false;
  }

  public Optional<PendingSync> pending() {
    return pending;
  }

  /** Asks; nothing else is asked before the answer, or before its time is over. */
  public void begin(PendingSync question) {
    ownUnsure = false;
    peersUnsure = 0; // RFC 6311 section 8.1: what is outside what we declare is dropped
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

  /**
   * Message IDs go on from here without an exchange (RFC 6311); for the standby nothing is
   * outstanding then.
   */
  public void windowMoved(MessageId own, MessageId peer) {
    sa.window().moved(own, peer);
    sa.host().emit(new Effect.Replicate(new IkeEvent.WindowMoved(sa.spis(), own, peer)));
  }
}
