package io.pollux.ike.exchange;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/** Makes sealed messages of payloads and sends them through the window of their IKE SA. */
final class Messages {
  private static final List<NotifyType> FATAL =
      List.of(
          NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD,
          NotifyType.INVALID_SYNTAX,
          NotifyType.AUTHENTICATION_FAILED);

  private Messages() {}

  static void request(IkeSa sa, Exchange exchange, List<Payload> payloads, Work purpose) {
    MessageId id = sa.window().nextOwn();
    sa.request(seal(sa, exchange, Direction.REQUEST, id, payloads), purpose);
  }

  static void respond(IkeSa sa, Exchange exchange, List<Payload> payloads) {
    MessageId id = sa.window().nextPeer();
    sa.respond(seal(sa, exchange, Direction.RESPONSE, id, payloads));
  }

  /**
   * The notify with which the peer says that there is no IKE SA: these end it, or keep it from
   * coming up, without a Delete (RFC 7296 section 2.21.2).
   */
  static Optional<NotifyType> fatal(IkeMessage message) {
    return message.notifies().stream().map(NotifyPayload::type).filter(FATAL::contains).findFirst();
  }

  /** Refuses the request in work. */
  static void refuse(IkeSa sa, Exchange exchange, NotifyPayload error) {
    sa.host().count("sent_" + error.type());
    respond(sa, exchange, List.of(error));
  }

  /** Refuses it with INVALID_SYNTAX, which ends the IKE SA (RFC 7296 section 2.21.3). */
  static void refuseSyntax(IkeSa sa, Exchange exchange) {
    sa.host().count("sent_" + NotifyType.INVALID_SYNTAX);
    respondAndClose(
        sa,
        exchange,
        List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
        DeleteReason.FAILED,
        "refused with " + NotifyType.INVALID_SYNTAX);
  }

  static void respondAndClose(
      IkeSa sa, Exchange exchange, List<Payload> payloads, DeleteReason why, String story) {
    MessageId id = sa.window().nextPeer();
    sa.respondAndClose(seal(sa, exchange, Direction.RESPONSE, id, payloads), why, story);
  }

  static List<Octets> seal(
      IkeSa sa, Exchange exchange, Direction direction, MessageId id, List<Payload> payloads) {
    Secured secured = sa.state().secure().orElseThrow();
    IkeMessage message = IkeMessage.sealed(sa.spis(), exchange, sa.role(), direction, id, payloads);
    return secured.seal(message, sa.maxOctets());
  }
}
