package io.pollux.ike.sa;

import io.pollux.ike.wire.Octets;
import java.util.List;

/**
 * Our IKEV2_MESSAGE_ID_SYNC request that has no response yet (RFC 6311 section 5.1).
 *
 * @param m1 the ID that our next request will have
 * @param p1 the ID that we expect of the peer's next one
 */
public record PendingSync(Octets nonce, long m1, long p1, List<Octets> datagrams) {
  public PendingSync {
    datagrams = List.copyOf(datagrams);
  }
}
