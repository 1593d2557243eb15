package io.pollux.ike.exchange;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.PendingSync;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Syncing;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Counters are synchronized after a failover, RFC 6311 sections 5 to 9.
 *
 * <pre>
 *   member   HDR(ID 0), SK { N(MESSAGE_ID_SYNC: nonce, M1, P1) [, N(REPLAY_COUNTER_SYNC: delta)] }  ->
 *            <-  HDR(ID 0), SK { N(MESSAGE_ID_SYNC: nonce, P2, M2) }   peer
 *   member   HDR(next ID), SK { N(REPLAY_COUNTER_SYNC: delta) }  ->  <-  HDR, SK {}
 * </pre>
 *
 * <p>The exchange stands beside the window, whose IDs it sets: what was outstanding on the side of
 * the peer is given up and begun anew under its new ID (section 9). As the member this gateway asks
 * at most once per failover and IKE SA, and only when there is need (section 7): at a request that
 * is further on than the window, or when an own request stays without an answer; see {@link
 * Syncing} for what is tried before.
 */
final class MessageIdSync {
  private static final MessageId ZERO = new MessageId(0);
  private static final long AHEAD = 1 << 16; // nobody knows what was missed: section 5.1 wants more
  private static final long LAST = 0xffff_0000L; // an IKE SA ends long before

  private MessageIdSync() {}

  static boolean isAgreed(IkeSa sa) {
    return sa.peerSupports().contains(CounterSync.MESSAGE_IDS);
  }

  /** Whether it may be about message IDs (RFC 6311): an ID of 0 is no proof of it. */
  static boolean mayBe(IkeSa sa, Decoded decoded) {
    return decoded instanceof Decoded.Sealed
        && decoded.header().messageId().value() == 0
        && isAgreed(sa)
        && sa.state() instanceof IkeSaState.Established
        && decoded.header().exchangeType() == Exchange.INFORMATIONAL.number();
  }

  static boolean request(IkeSa sa, Decoded.Sealed sealed) {
    try {
      Optional<IkeMessage> message = sa.open(sealed);
      return message.isPresent() && onRequest(sa, message.get());
    } catch (Malformed _) {
      return false; // whoever is next in line says what is wrong with it
    }
  }

  static void response(IkeSa sa, Decoded.Sealed sealed) {
    try {
      Optional<IkeMessage> message = sa.open(sealed);
      message.ifPresent(m -> onResponse(sa, sa.syncing().pending().orElseThrow(), m));
    } catch (Malformed _) {
      sa.host().count("datagrams_not_authentic");
    }
  }

  /**
   * A request outside the window after a takeover: one that is further on is the next one if it is
   * the peer's, see {@link Syncing}; an old one may be anybody's repetition.
   *
   * @return the message, if it is to be worked on
   */
  static Optional<IkeMessage> onOutside(IkeSa sa, Decoded decoded) {
    MessageId id = decoded.header().messageId();
    if (id.value() < sa.window().nextPeer().value()
        || !sa.syncing().mayFollow()
        || !(sa.state() instanceof IkeSaState.Established)) {
      return Optional.empty();
    }
    try {
      Optional<IkeMessage> message = sa.open(decoded);
      message.ifPresent(_ -> sa.syncing().follow(id));
      return message;
    } catch (Malformed _) {
      sa.host().count("datagrams_not_authentic");
      return Optional.empty();
    }
  }

  /** Our request has no answer for so long that the peer is asked; whether it was. */
  static boolean isAsked(IkeSa sa) {
    Syncing syncing = sa.syncing();
    if (!syncing.isPossible() || sa.window().transmissions() < syncing.patience()) {
      return false;
    }
    giveUp(sa);
    if (sa.state() instanceof IkeSaState.Established) {
      ask(sa);
    }
    return true;
  }

  /** Whether {@code request}, authentic and with ID 0, is one; if so it was worked on. */
  private static boolean onRequest(IkeSa sa, IkeMessage request) {
    if (request.exchange() != Exchange.INFORMATIONAL
        || !request.has(NotifyType.IKEV2_MESSAGE_ID_SYNC)) {
      return false;
    }
    Optional<CounterSync.Ids> ids = CounterSync.ids(request);
    boolean good =
        ids.isPresent()
            && CounterSync.isAlone(request, true)
            && ids.get().nextSent() <= LAST
            && ids.get().nextReceived() <= LAST
            && sa.window().isNewSync(ids.get().nextSent());
    if (!good) {
      sa.host().count("syncs_dropped"); // section 5.1: silently
      return true;
    }
    answer(sa, ids.get());
    stepOutbound(sa, request);
    return true;
  }

  private static void answer(IkeSa sa, CounterSync.Ids asked) {
    long m2 = Math.max(asked.nextSent(), sa.window().nextPeer().value());
    long used = sa.window().nextOwn().value() + (sa.window().isBusy() ? 1 : 0);
    long p2 = Math.max(asked.nextReceived(), used);
    giveUp(sa);
    sa.heard();
    sa.host().count("syncs_answered");
    Story.info(
        sa,
        Exchange.INFORMATIONAL,
        ZERO,
        "the peer has failed over: next request " + p2 + ", next expected " + m2);
    sa.syncing().windowMoved(new MessageId(p2), new MessageId(m2));
    sa.window().synced(asked.nextSent());
    CounterSync.Ids told = new CounterSync.Ids(asked.nonce(), p2, m2);
    sa.transmit(seal(sa, Direction.RESPONSE, List.of(told.notifyPayload())));
  }

  /** Section 5.2: what we send goes forward by what the peer may have missed. */
  static void stepOutbound(IkeSa sa, IkeMessage request) {
    if (!sa.peerSupports().contains(CounterSync.REPLAY_COUNTERS)
        || !request.has(NotifyType.IPSEC_REPLAY_COUNTER_SYNC)) {
      return;
    }
    for (ChildSa child : sa.children().all()) {
      OptionalLong delta = CounterSync.delta(request, child.value().algorithms().esn());
      if (delta.isPresent() && child.value().outboundActive()) {
        sa.host()
            .emit(new Effect.StepOutbound(child.snapshot(sa.host().nowNs()), delta.getAsLong()));
      }
    }
    sa.host().count("replay_syncs");
  }

  /** Our own question, after a takeover. The window must be free. */
  static void ask(IkeSa sa) {
    // The dead node may have had no time to send it, and the peer gives up what it waits for.
    sa.transmit(sa.window().snapshot().lastResponse());
    long m1 = sa.window().nextOwn().value() + AHEAD; // larger than any that may have been used
    Octets nonce = Octets.owning(sa.host().entropy().nonce(4));
    CounterSync.Ids ids = new CounterSync.Ids(nonce, m1, sa.window().nextPeer().value());
    Optional<Task.SyncReplay> counters =
        sa.tasks().take(Task.SyncReplay.class).filter(_ -> ReplaySync.isPossible(sa));
    List<Payload> payloads = new ArrayList<>(List.of(ids.notifyPayload()));
    counters.ifPresent(c -> payloads.add(ReplaySync.notifyPayload(sa, c)));
    sa.host().count("syncs_asked");
    Story.info(
        sa,
        Exchange.INFORMATIONAL,
        ZERO,
        "failed over: next request " + m1 + ", next expected " + ids.nextReceived());
    sa.syncing().windowMoved(new MessageId(m1), sa.window().nextPeer());
    sa.syncing()
        .begin(
            new PendingSync(
                nonce, m1, ids.nextReceived(), counters, seal(sa, Direction.REQUEST, payloads)));
  }

  /** What a response with ID 0 says; what does not fit is dropped, the real one may follow. */
  private static void onResponse(IkeSa sa, PendingSync pending, IkeMessage response) {
    Optional<CounterSync.Ids> ids = CounterSync.ids(response);
    boolean good =
        ids.isPresent()
            && CounterSync.isAlone(response, false)
            && ids.get().nonce().equals(pending.nonce())
            && ids.get().nextReceived() >= pending.m1()
            && ids.get().nextSent() >= pending.p1()
            && ids.get().nextReceived() <= LAST
            && ids.get().nextSent() <= LAST;
    if (!good) {
      sa.host().count("syncs_dropped");
      return;
    }
    long own = Math.max(ids.get().nextReceived(), sa.window().nextOwn().value());
    long peer = Math.max(ids.get().nextSent(), sa.window().nextPeer().value());
    sa.syncing().end();
    sa.heard();
    sa.host().count("syncs_done");
    sa.syncing().windowMoved(new MessageId(own), new MessageId(peer));
    pending.counters().ifPresent(asked -> ReplaySync.stepped(sa, asked.delta()));
  }

  /** The outstanding exchange does not wait for its response any more; what it was for is. */
  static void giveUp(IkeSa sa) {
    if (!sa.window().isBusy()) {
      return;
    }
    Work outstanding = sa.work().orElseThrow();
    sa.abandon();
    if (outstanding instanceof Work.FollowUpKe series) {
      series.secrets().close();
      series.agreement().close();
      again(sa, series.of()); // from its CREATE_CHILD_SA on
    } else {
      again(sa, outstanding);
    }
  }

  private static void again(IkeSa sa, Work work) {
    switch (work) {
      case Work.NewChild(var offer) -> sa.tasks().add(new Task.NewChild(offer.child(), 0));
      case Work.RekeyChild(var old, _, var rival) -> {
        Optional<ChildSa> child = sa.children().byInbound(old);
        if (rival.filter(r -> r.spi() != 0).isPresent()) { // it has its successor: the peer's
          child.ifPresent(c -> c.replaced(sa.host().nowNs() + sa.host().config().closeNs()));
          return;
        }
        child
            .filter(c -> c.phase() == ChildSa.Phase.REKEYING)
            .ifPresent(c -> c.enter(ChildSa.Phase.LIVE));
        sa.tasks().add(new Task.RekeyChild(old, 0));
      }
      case Work.RekeyIke rekey -> {
        if (!RekeyIke.adoptRival(sa, rekey, ZERO)) {
          sa.tasks().add(new Task.RekeyIke(0));
        }
      }
      case Work.DeleteChild(var inbound, var why) ->
          sa.tasks().add(new Task.DeleteChild(inbound, why));
      case Work.DeleteIke(var why) -> {
        sa.become(
            new IkeSaState.Established(
                sa.state().secure().orElseThrow(), sa.state().proven().orElseThrow()));
        sa.tasks().add(new Task.DeleteIke(why));
      }
      case Work.SyncReplay(var delta) -> sa.tasks().add(new Task.SyncReplay(delta));
      case Work.Liveness _, Work.HalfOpen _, Work.FollowUpKe _ -> {}
    }
  }

  private static List<Octets> seal(IkeSa sa, Direction direction, List<Payload> payloads) {
    Secured secured = sa.state().secure().orElseThrow();
    return secured.seal(
        IkeMessage.sealed(sa.spis(), Exchange.INFORMATIONAL, sa.role(), direction, ZERO, payloads),
        sa.maxOctets());
  }
}
