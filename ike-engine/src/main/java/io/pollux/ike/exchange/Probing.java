package io.pollux.ike.exchange;

import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Syncing;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * Where is the peer? After a takeover its window may be further on than what the standby was told,
 * by what was late or came in the last moment. A request without an answer is repeated, and beside
 * it go empty INFORMATIONAL requests under the IDs that follow: a peer works on the one that it
 * expects and drops the others (RFC 7296 section 2.3).
 *
 * <pre>
 *   ours n (again), liveness n+1, n+2, n+3  ->
 *                                          <-  answer n      it was there; n+1 is our next request
 *                                          <-  answer n+2    n and n+1 are used up; n+3 is the next
 * </pre>
 *
 * <p>Under an ID stands one content for ever: what was sent as a probe is the next request under
 * that ID. So nothing is lost where the peer was right there and only the way to it was broken.
 */
final class Probing {
  /** Requests that the dead node may have sent untold. */
  private static final int IDS = 3;

  private Probing() {}

  /** The outstanding request goes out once more. */
  static void again(IkeSa sa) {
    Syncing syncing = sa.syncing();
    if (!syncing.probesNow() || !(sa.state() instanceof IkeSaState.Established)) {
      return;
    }
    if (syncing.probes().isEmpty()) {
      sa.host().count("message_ids_probed");
      MessageId id = sa.window().nextOwn();
      for (int i = 0; i < IDS; i++) {
        id = id.next();
        syncing.probe(
            id, Messages.seal(sa, Exchange.INFORMATIONAL, Direction.REQUEST, id, List.of()));
      }
    }
    syncing.probes().forEach(sa::transmit);
  }

  /** Whether a response that is not the outstanding request's is the answer to a probe. */
  static boolean isAnswered(IkeSa sa, Decoded decoded) {
    MessageId id = decoded.header().messageId();
    if (decoded.header().exchangeType() != Exchange.INFORMATIONAL.number()
        || !sa.syncing().isProbe(id)
        || !(sa.state() instanceof IkeSaState.Established)) {
      return false;
    }
    try {
      Optional<IkeMessage> message = sa.open(decoded);
      message.ifPresent(_ -> found(sa, id));
    } catch (Malformed _) {
      sa.host().count("datagrams_not_authentic");
    }
    return true;
  }

  private static void found(IkeSa sa, MessageId id) {
    sa.host().count("message_ids_found");
    sa.heard();
    MessageIdSync.giveUp(sa);
    if (!sa.isClosed()) {
      sa.syncing().needless();
      sa.syncing().windowMoved(id.next(), sa.window().nextPeer());
    }
  }

  /** Sends what the peer may have seen already under our next ID; whether there was such. */
  static boolean next(IkeSa sa) {
    Optional<List<Octets>> sealed = sa.syncing().takeProbe(sa.window().nextOwn());
    sealed.ifPresent(octets -> sa.request(octets, new Work.Liveness()));
    return sealed.isPresent();
  }
}
