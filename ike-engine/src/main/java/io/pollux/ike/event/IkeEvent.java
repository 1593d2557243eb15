package io.pollux.ike.event;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.wire.Octets;
import java.util.List;

/**
 * One change of an SA, complete enough for a standby to follow. A Child SA is named by the SPI that
 * this gateway chose ({@code inbound}), which is unique on a pair.
 */
public sealed interface IkeEvent {
  /** The IKE SA that the event is about. */
  IkeSpis sa();

  /**
   * Whether the Transmit that follows is held back until the standby has the event. All but the
   * counters, and what a stranger can cause, are barriers (output commit: the peer never sees a
   * message whose consequences could be lost).
   */
  default boolean barrier() {
    return !(this instanceof ReplayAdvanced)
        && !(this instanceof IkeSaHalfOpen half && !half.proven());
  }

  /**
   * An IKE SA is established, with the children that came with it (usually none: they follow as
   * {@link ChildSaUp}).
   */
  record IkeSaUp(IkeSaSnapshot snapshot) implements IkeEvent {
    @Override
    public IkeSpis sa() {
      return snapshot.spis();
    }
  }

  /**
   * An IKE SA has keys, and IKE_AUTH is still to come or to be answered; again whenever its window
   * has moved. {@link IkeSaUp} or {@link IkeSaDown} follows.
   *
   * @param proven whether the peer is known to be where it says: then losing this could be noticed
   */
  record IkeSaHalfOpen(IkeSaSnapshot snapshot, boolean proven) implements IkeEvent {
    @Override
    public IkeSpis sa() {
      return snapshot.spis();
    }
  }

  /**
   * {@code fresh} takes the place of {@code sa}, whose children move to it (RFC 7296 section 2.8).
   * {@code sa} stays until its {@link IkeSaDown}.
   */
  record IkeSaRekeyed(IkeSpis sa, IkeSaSnapshot fresh) implements IkeEvent {}

  /**
   * The endpoints changed (NAT rebinding, RFC 7296 section 2.23; MOBIKE later), for the IKE SA and
   * all its children.
   */
  record IkeSaMoved(IkeSpis sa, Endpoint local, Endpoint peer, boolean udpEncap)
      implements IkeEvent {}

  /**
   * The peer has said when it wants to be authenticated anew (RFC 4478): {@code reauthNs} as in
   * {@link IkeSaSnapshot}.
   */
  record IkeSaLimited(IkeSpis sa, long reauthNs) implements IkeEvent {}

  /** The IKE SA and whatever children it still has are gone. */
  record IkeSaDown(IkeSpis sa, DeleteReason why) implements IkeEvent {}

  /**
   * A Child SA was negotiated and installed. If it is active and shares its reqid with a child of
   * another IKE SA (two gateways that started at once, or a peer that came back), that one's
   * outbound SA is gone from now on.
   */
  record ChildSaUp(IkeSpis sa, ChildSaSnapshot child) implements IkeEvent {}

  /**
   * {@code fresh} was installed to take the place of {@code old}, which stays until its {@link
   * ChildSaDown}.
   */
  record ChildSaRekeyed(IkeSpis sa, EspSpi old, ChildSaSnapshot fresh) implements IkeEvent {}

  /**
   * From now on {@code inbound}'s outbound SA is the one that stands in the kernel, and {@code
   * old}'s is gone.
   */
  record ChildSaSwitched(IkeSpis sa, EspSpi old, EspSpi inbound) implements IkeEvent {}

  /** Both SAs of the child are gone. */
  record ChildSaDown(IkeSpis sa, EspSpi inbound, DeleteReason why) implements IkeEvent {}

  /** We sent a request; {@code datagrams} is what is resent, octet for octet. */
  record ExchangeStarted(
      IkeSpis sa, MessageId id, List<Octets> datagrams, Continuation continuation)
      implements IkeEvent {
    public ExchangeStarted {
      datagrams = List.copyOf(datagrams);
    }
  }

  /** The response to our request {@code id} came and was worked on. */
  record ExchangeFinished(IkeSpis sa, MessageId id) implements IkeEvent {}

  /**
   * We answered the peer's request {@code id}; {@code datagrams} is what a repeated request gets,
   * octet for octet.
   */
  record ExchangeAnswered(IkeSpis sa, MessageId id, List<Octets> datagrams) implements IkeEvent {
    public ExchangeAnswered {
      datagrams = List.copyOf(datagrams);
    }
  }

  /**
   * Message IDs go on from here without an exchange (RFC 6311 section 5.1): our request that was
   * outstanding is given up, and if {@code nextPeer} is another than before, so is our last
   * response.
   */
  record WindowMoved(IkeSpis sa, MessageId nextOwn, MessageId nextPeer) implements IkeEvent {}

  /** Counters read from the kernel. Not from the engine: the agent's counter sweep makes these. */
  record ReplayAdvanced(IkeSpis sa, EspSpi inbound, ReplayState state) implements IkeEvent {}
}
