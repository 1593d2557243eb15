package io.pollux.ike.sa;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Our question for message IDs after a takeover (RFC 6311): possible once per failover, when
 * something shows that the peer is elsewhere than we think, then under way until its answer. It
 * stands beside the window, which must be free meanwhile.
 *
 * <p>It is not asked without need. Message IDs are replicated before the peer sees them, but for
 * messages that waited for the standby longer than their bound; and charon ends an IKE SA with AEAD
 * at our question if it has answered any request of ours before (its IV generator refuses the ID
 * 0). So the first request after a takeover is a liveness check, and the next few IDs are tried
 * with it (probes): answers that are lost meanwhile are nobody's loss. What the peer asks under a
 * later ID than we know is worked on: it is authentic, and the peer has had its answers to those
 * between.
 */
public final class Syncing {
  private static final int MAX_QUESTIONS = 3; // that the peer has not seen
  private static final int TRIES_AFTER_A_QUESTION = 2;
  private static final int TRIES_WITH_AN_OLD_COPY = 5;

  private final IkeSa sa;
  private Optional<PendingSync> pending = Optional.empty();
  private int questions;
  private boolean possible;
  private boolean doubtful;
  private boolean old;
  private boolean ownUnsure;
  private boolean peersUnsure;
  private final SortedMap<Long, List<Octets>> probes = new TreeMap<>();

  Syncing(IkeSa sa) {
    this.sa = sa;
  }

  /** Whether this failover's question has not been asked, nor an answer made it needless. */
  public boolean isPossible() {
    return possible;
  }

  /**
   * A failover, or another node that spoke to the peer as well.
   *
   * @param known whether the copy followed to the end; if not, it is less likely that the peer is
   *     where we think
   */
  public void failedOver(boolean known) {
    possible = sa.peerSupports().contains(CounterSync.MESSAGE_IDS);
    doubtful = true;
    old = !known;
    ownUnsure = true;
    peersUnsure = true;
    probes.clear();
    questions = 0;
  }

  /**
   * How often a request is sent before the peer is asked. A broken way to it is silent too, and the
   * question costs more than patience: with a good copy it is the last thing before the peer counts
   * as dead.
   */
  public int patience() {
    if (questions > 0) {
      return TRIES_AFTER_A_QUESTION;
    }
    int last = sa.host().config().retransmission().tries() - 1;
    return Math.max(1, old ? Math.min(last, TRIES_WITH_AN_OLD_COPY) : last);
  }

  /**
   * Whether the request that goes out once more is to be accompanied by probes: a liveness check
   * soon, others late. A peer that has worked on a probe has forgotten its answer to what was
   * before.
   */
  public boolean probesNow() {
    boolean check = sa.work().filter(Work.Liveness.class::isInstance).isPresent();
    int half = sa.host().config().retransmission().tries() / 2;
    return ownUnsure && sa.window().transmissions() > (check ? (old ? 1 : 2) : half);
  }

  /** What was sent under the IDs after the outstanding request's, in their order. */
  public Collection<List<Octets>> probes() {
    return probes.values();
  }

  public void probe(MessageId id, List<Octets> sealed) {
    probes.put(id.value(), sealed);
  }

  public boolean isProbe(MessageId id) {
    return probes.containsKey(id.value());
  }

  /** What was sent under this ID; those before it are history. */
  public Optional<List<Octets>> takeProbe(MessageId id) {
    probes.headMap(id.value()).clear();
    return Optional.ofNullable(probes.remove(id.value()));
  }

  /** Whether a request further on than our window is the peer's next one, for all we know. */
  public boolean mayFollow() {
    return peersUnsure && pending.isEmpty();
  }

  /** The peer's next request has this ID; ours that is outstanding stays so. */
  public void follow(MessageId peers) {
    sa.host().count("message_ids_followed");
    windowMoved(sa.window().nextOwn(), peers);
    if (sa.window().isBusy()) {
      sa.tellStarted();
    }
  }

  /** Whether the next request is to be a liveness check; asked once. */
  public boolean takeDoubt() {
    boolean was = doubtful;
    doubtful = false;
    return was;
  }

  /** A response under our message ID came: the peer is where we think. */
  public void needless() {
    possible = false;
    doubtful = false;
    ownUnsure = false;
  }

  public Optional<PendingSync> pending() {
    return pending;
  }

  /** Asks; nothing else is asked before the answer, or before its time is over. */
  public void begin(PendingSync question) {
    ownUnsure = false;
    probes.clear();
    peersUnsure = false; // RFC 6311 section 8.1: what is outside what we declare is dropped
    pending = Optional.of(question);
    possible = false;
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
