package io.pollux.ha.shadow;

import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import java.util.List;
import java.util.Optional;

/** An IKE SA in the shadow, without its children, with the instant of its birth. */
final class HeldIkeSa {
  private final IkeSaSnapshot sa;
  private final long bornNs;
  private Endpoint local;
  private Endpoint peer;
  private MessageWindow window;
  private long reauthNs;

  HeldIkeSa(IkeSaSnapshot snapshot, long nowNs) {
    window = copy(snapshot.window());
    reauthNs = snapshot.reauthNs();
    local = snapshot.local();
    peer = snapshot.peer();
    bornNs = nowNs - snapshot.ageNs();
    sa = rebuild(snapshot, 0, List.of());
  }

  void endpoints(Endpoint newLocal, Endpoint newPeer) {
    local = newLocal;
    peer = newPeer;
  }

  void limited(long newReauthNs) {
    reauthNs = newReauthNs;
  }

  /** Message IDs only go forward: an event about an older one changes nothing. */
  void started(IkeEvent.ExchangeStarted event) {
    if (event.id().value() >= window.nextOwn().value()) {
      var request =
          new MessageWindow.Outstanding(
              event.id(), event.datagrams(), OwnSecrets.copy(event.continuation()));
      window =
          new MessageWindow(
              event.id(), Optional.of(request), window.nextPeer(), window.lastResponse());
    }
  }

  void finished(MessageId id) {
    MessageId next = later(window.nextOwn(), after(id));
    var outstanding = window.outstanding().filter(request -> request.id().value() > id.value());
    window = new MessageWindow(next, outstanding, window.nextPeer(), window.lastResponse());
  }

  void answered(IkeEvent.ExchangeAnswered event) {
    MessageId next = after(event.id());
    if (next.value() >= window.nextPeer().value()) {
      window = new MessageWindow(window.nextOwn(), window.outstanding(), next, event.datagrams());
    }
  }

  void moved(IkeEvent.WindowMoved event) {
    MessageId own = later(window.nextOwn(), event.nextOwn());
    MessageId peerNext = later(window.nextPeer(), event.nextPeer());
    boolean same = peerNext.equals(window.nextPeer());
    window =
        new MessageWindow(
            own, Optional.empty(), peerNext, same ? window.lastResponse() : List.of());
  }

  IkeSaSnapshot at(long nowNs, List<ChildSaSnapshot> children) {
    return rebuild(sa, nowNs - bornNs, children);
  }

  /** With the keys as they are; what an exchange under way needs is a copy as ever. */
  IkeSaSnapshot lentAt(long nowNs, List<ChildSaSnapshot> children) {
    return build(
        sa,
        sa.keys(),
        window.outstanding().isPresent() ? copy(window) : window,
        nowNs - bornNs,
        children);
  }

  private IkeSaSnapshot rebuild(IkeSaSnapshot from, long ageNs, List<ChildSaSnapshot> children) {
    return build(from, OwnSecrets.copy(from.keys()), copy(window), ageNs, children);
  }

  private IkeSaSnapshot build(
      IkeSaSnapshot from,
      IkeKeys keys,
      MessageWindow messages,
      long ageNs,
      List<ChildSaSnapshot> children) {
    return new IkeSaSnapshot(
        from.spis(),
        from.originalInitiator(),
        from.connection(),
        local,
        peer,
        from.localBehindNat(),
        from.peerBehindNat(),
        from.localId(),
        from.peerId(),
        from.algorithms(),
        keys,
        messages,
        from.peerSupports(),
        from.lifetimes(),
        ageNs,
        children,
        from.halfOpen().map(OwnSecrets::copy),
        reauthNs);
  }

  private static MessageWindow copy(MessageWindow window) {
    return new MessageWindow(
        window.nextOwn(),
        window
            .outstanding()
            .map(
                request ->
                    new MessageWindow.Outstanding(
                        request.id(),
                        request.datagrams(),
                        OwnSecrets.copy(request.continuation()))),
        window.nextPeer(),
        window.lastResponse());
  }

  private static MessageId later(MessageId one, MessageId other) {
    return one.value() >= other.value() ? one : other;
  }

  /** The last ID has no next one; an IKE SA never gets there, a broken event may say so. */
  private static MessageId after(MessageId id) {
    return id.value() == 0xffff_ffffL ? id : id.next();
  }
}
