package io.pollux.ike.sa;

import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * The only owner of message IDs, of the outstanding request and of the last response (RFC 7296
 * sections 2.1 to 2.3; window size 1 in both directions). It stands before the states: what comes
 * through is new, in order, and comes once.
 *
 * <pre>
 *   request with ID   = nextPeer, none in work   Fresh      work on it, then answered()
 *                     = nextPeer, in work        InWork     drop, the answer is under way
 *                     = nextPeer - 1, answered   Repeated   the cached octets again
 *                     else                       Outside    drop, count
 *   response with ID  = nextOwn, outstanding     awaited
 *                     else                       drop, count
 * </pre>
 */
public final class Window {
  private static final int EXCHANGE_TYPE_AT = 18; // RFC 7296 section 3.1

  private static final long RUNNING_OUT = 0xff00_0000L;
  private static final long USED_UP = 0xfffe_0000L;

  private long nextOwn;
  private long nextPeer;
  private Optional<MessageWindow.Outstanding> outstanding = Optional.empty();
  private List<Octets> lastResponse = List.of();
  private boolean inWork;
  private int transmissions;
  private long lastSync = -1;
  private boolean runningOut;

  /** What a request is to us. */
  public sealed interface Arrival {
    /** The next one: work on it. */
    record Fresh() implements Arrival {}

    /** The one that is being worked on. */
    record InWork() implements Arrival {}

    /** The last one again: {@code response} as it was. */
    record Repeated(List<Octets> response) implements Arrival {}

    /** Older, or too new. */
    record Outside() implements Arrival {}
  }

  /** The window before the first message. */
  public Window() {}

  /** Goes on where {@code window} stopped. */
  public Window(MessageWindow window) {
    nextOwn = window.nextOwn().value();
    nextPeer = window.nextPeer().value();
    outstanding = window.outstanding();
    lastResponse = window.lastResponse();
    transmissions = outstanding.isPresent() ? 1 : 0;
  }

  public MessageWindow snapshot() {
    return new MessageWindow(
        new MessageId(nextOwn), outstanding, new MessageId(nextPeer), lastResponse);
  }

  /** What the peer's request {@code id} is; does not change anything. */
  public Arrival request(MessageId id) {
    if (id.value() == nextPeer) {
      return inWork ? new Arrival.InWork() : new Arrival.Fresh();
    }
    if (id.value() == nextPeer - 1 && !lastResponse.isEmpty()) {
      return new Arrival.Repeated(lastResponse);
    }
    return new Arrival.Outside();
  }

  /** Work on the peer's next request has begun. */
  public void begun() {
    inWork = true;
  }

  /** The request in work has its response; repetitions get the same octets. */
  public void answered(List<Octets> response) {
    inWork = false;
    nextPeer++;
    lastResponse = List.copyOf(response);
  }

  /** The request in work gets no answer and may come again. */
  public void dropped() {
    inWork = false;
  }

  public boolean isInWork() {
    return inWork;
  }

  /** Whether a response {@code id} is the one that we wait for: it is of the request's exchange. */
  public boolean awaits(MessageId id, int exchangeType) {
    return outstanding.isPresent()
        && outstanding.get().id().equals(id)
        && outstanding.get().datagrams().getFirst().at(EXCHANGE_TYPE_AT) == exchangeType;
  }

  public boolean isBusy() {
    return outstanding.isPresent();
  }

  public Optional<MessageWindow.Outstanding> outstanding() {
    return outstanding;
  }

  /** The ID of our next request. */
  public MessageId nextOwn() {
    return new MessageId(nextOwn);
  }

  /** The ID of the peer's next request. */
  public MessageId nextPeer() {
    return new MessageId(nextPeer);
  }

  /** Whether so many IDs are gone that the IKE SA has to be rekeyed; true once. */
  public boolean beginsToRunOut() {
    boolean before = runningOut;
    runningOut = Math.max(nextOwn, nextPeer) >= RUNNING_OUT;
    return runningOut && !before;
  }

  /** Whether there are just enough IDs left to delete the IKE SA (RFC 7296 section 2.2). */
  public boolean isUsedUp() {
    return Math.max(nextOwn, nextPeer) >= USED_UP;
  }

  /** Our next request was sealed and is on its way. */
  public void started(List<Octets> datagrams, Continuation continuation) {
    outstanding =
        Optional.of(new MessageWindow.Outstanding(new MessageId(nextOwn), datagrams, continuation));
    transmissions = 1;
  }

  /** The octets of the outstanding IKE_SA_INIT request change (cookie, other key exchange). */
  public void restarted(List<Octets> datagrams) {
    MessageWindow.Outstanding now = outstanding.orElseThrow();
    outstanding =
        Optional.of(new MessageWindow.Outstanding(now.id(), datagrams, now.continuation()));
    transmissions = 1;
  }

  /** The outstanding request stays as it is, but more is known that it needs. */
  public void retagged(Continuation continuation) {
    MessageWindow.Outstanding now = outstanding.orElseThrow();
    outstanding =
        Optional.of(new MessageWindow.Outstanding(now.id(), now.datagrams(), continuation));
  }

  /** The outstanding request has its response. */
  public void finished() {
    outstanding = Optional.empty();
    nextOwn++;
  }

  /** The IDs go on from here (RFC 6311 section 5.1). */
  public void moved(MessageId own, MessageId peer) {
    nextOwn = own.value();
    inWork = false;
    if (peer.value() != nextPeer) {
      nextPeer = peer.value();
      lastResponse = List.of();
    }
  }

  /** Whether a peer that has failed over may say that its next request has this ID. */
  public boolean isNewSync(long m1) {
    return m1 >= nextPeer && m1 > lastSync;
  }

  /** A peer that has failed over has said so. */
  public void synced(long m1) {
    lastSync = m1;
  }

  /** The outstanding request is given up. */
  public void abandoned() {
    outstanding = Optional.empty();
  }

  /** How often the outstanding request was sent. */
  public int transmissions() {
    return transmissions;
  }

  /** The outstanding request goes out again. */
  public void retransmitted() {
    transmissions++;
  }
}
