package io.pollux.ike.engine;

import io.pollux.ike.exchange.Exchanges;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * Datagrams that belong to no IKE SA yet, or to none at all: first messages within limits, other
 * versions, unknown SPIs. Nothing here is authentic, so every answer and line is limited.
 */
final class Strangers {
  /**
   * Of a first message; 3000 are what everybody shall take (RFC 7296 section 2), and none of them
   * can be fragmented. It is kept for AUTH.
   */
  private static final int MAX_INIT_OCTETS = 8192;

  private final EngineHost host;
  private final Registry registry;

  Strangers(EngineHost host, Registry registry) {
    this.host = host;
    this.registry = registry;
  }

  /** The SPI that we chose, if the header is of an IKE SA of ours. */
  static IkeSpi own(IkeHeader header) {
    return header.sender() == Role.INITIATOR
        ? header.spis().responder()
        : header.spis().initiator();
  }

  /** Whether {@code decoded} was a first message, and is dealt with. */
  boolean takes(Input.Datagram datagram, Decoded decoded) {
    if (!(decoded instanceof Decoded.Clear(var header, var message))
        || header.direction() != Direction.REQUEST) {
      return false;
    }
    if (message.exchange() != Exchange.IKE_SA_INIT) {
      host.count("unprotected_dropped"); // RFC 7296 section 1.5: notifies that prove nothing
      return true;
    }
    init(datagram, message);
    return true;
  }

  private void init(Input.Datagram datagram, IkeMessage message) {
    if (datagram.octets().length() > MAX_INIT_OCTETS) {
      host.count("init_too_long");
      return;
    }
    Optional<IkeSa> before = registry.halfOpen(datagram.peer(), message.spis().initiator());
    if (before.isPresent()) {
      if (before.get().state() instanceof IkeSaState.SaInitAnswered state
          && state.init().peer().equals(datagram.octets())) {
        repeat(before.get(), state.init().own());
      } else {
        host.count("init_conflicts");
      }
      return;
    }
    if (host.admission().isHeld(datagram.peer().address(), host.nowNs())) {
      host.count("init_held");
      return;
    }
    EngineConfig.HalfOpenLimits limits = host.config().halfOpen();
    if (registry.halfOpen() >= limits.max()
        || registry.halfOpen(datagram.peer().address()) >= limits.maxPerAddress()) {
      host.count("init_over_limit");
      return;
    }
    Exchanges.onInitRequest(host, datagram.local(), datagram.peer(), message, datagram.octets());
  }

  /** Who asks may have lied about where he is: not for ever. */
  private void repeat(IkeSa sa, Octets response) {
    if (registry.mayRepeat(sa)) {
      host.count("responses_repeated");
      sa.transmit(List.of(response));
    } else {
      host.count("responses_not_repeated");
    }
  }

  /** Something that is no IKE message, or not of this version. */
  void malformed(Input.Datagram datagram, Malformed e) {
    host.count("datagrams_malformed");
    if (host.allow("report_malformed")) {
      Effect.Level level = e.field().equals("Version") ? Effect.Level.WARN : Effect.Level.DEBUG;
      host.emit(
          new Effect.Report(
              level, "dropped datagram from " + datagram.peer() + ": " + e.getMessage()));
    }
    if (e.answer() == Malformed.DROP || !host.allow("answer_malformed")) {
      return;
    }
    try {
      IkeHeader header = IkeHeader.read(datagram.octets());
      if (isAnswerable(header)) {
        answer(datagram, header, NotifyPayload.of(new NotifyType(e.answer()), e.data()));
      } else {
        host.count("datagrams_unanswerable");
      }
    } catch (Malformed _) {
      host.count("datagrams_unanswerable");
    }
  }

  /** Never a response; and of the first exchange only what an initiator can have sent. */
  private static boolean isAnswerable(IkeHeader header) {
    boolean init = header.exchangeType() == Exchange.IKE_SA_INIT.number();
    return header.direction() == Direction.REQUEST
        && (!init || header.sender() == Role.INITIATOR && header.messageId().value() == 0);
  }

  /** A message for an IKE SA that we don't have (RFC 7296 section 2.21.4). */
  void unknown(Input.Datagram datagram, IkeHeader header, IkeSpi own) {
    Optional<List<Octets>> lastWord =
        header.direction() == Direction.REQUEST
            ? host.tombstones().find(own, header.messageId())
            : Optional.empty();
    if (lastWord.isPresent()) {
      for (Octets octets : lastWord.get()) {
        host.emit(new Effect.Transmit(Optional.empty(), datagram.local(), datagram.peer(), octets));
      }
      return;
    }
    host.count("datagrams_of_unknown_sas");
    boolean answerable =
        header.direction() == Direction.REQUEST
            && header.exchangeType() != Exchange.IKE_SA_INIT.number()
            && host.allow("answer_invalid_ike_spi");
    if (answerable) {
      host.count("sent_invalid_ike_spi");
      answer(datagram, header, NotifyPayload.of(NotifyType.INVALID_IKE_SPI));
    }
  }

  private void answer(Input.Datagram datagram, IkeHeader header, NotifyPayload notify) {
    boolean init = header.exchangeType() == Exchange.IKE_SA_INIT.number();
    IkeMessage response =
        IkeMessage.clear(
            new IkeSpis(header.spis().initiator(), header.spis().responder()),
            init ? Exchange.IKE_SA_INIT : Exchange.INFORMATIONAL,
            header.sender().other(),
            Direction.RESPONSE,
            header.messageId(),
            List.of(notify));
    host.emit(
        new Effect.Transmit(
            Optional.empty(), datagram.local(), datagram.peer(), MessageCodec.encode(response)));
  }
}
