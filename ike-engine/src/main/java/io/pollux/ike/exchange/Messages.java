package io.pollux.ike.exchange;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.List;

/** Makes sealed messages of payloads and sends them through the window of their IKE SA. */
final class Messages {
  private Messages() {}

  static void request(IkeSa sa, Exchange exchange, List<Payload> payloads, Work purpose) {
    MessageId id = sa.window().nextOwn();
    sa.request(seal(sa, exchange, Direction.REQUEST, id, payloads), purpose);
  }

  static void respond(IkeSa sa, Exchange exchange, List<Payload> payloads) {
    MessageId id = sa.window().nextPeer();
    sa.respond(seal(sa, exchange, Direction.RESPONSE, id, payloads));
  }

  /** Refuses the request in work. */
  static void refuse(IkeSa sa, Exchange exchange, NotifyPayload error) {
    sa.host().count("sent_" + error.type());
    respond(sa, exchange, List.of(error));
  }

  static void respondAndClose(
      IkeSa sa, Exchange exchange, List<Payload> payloads, DeleteReason why, String story) {
    MessageId id = sa.window().nextPeer();
    sa.respondAndClose(seal(sa, exchange, Direction.RESPONSE, id, payloads), why, story);
  }

  private static List<Octets> seal(
      IkeSa sa, Exchange exchange, Direction direction, MessageId id, List<Payload> payloads) {
    Secured secured = sa.state().secure().orElseThrow();
    IkeMessage message = IkeMessage.sealed(sa.spis(), exchange, sa.role(), direction, id, payloads);
    return secured.seal(message, sa.maxOctets());
  }
}
