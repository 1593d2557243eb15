package io.pollux.ike.sa;

import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * Our IKEV2_MESSAGE_ID_SYNC request that has no response yet (RFC 6311 section 5.1).
 *
 * @param m1 the ID that our next request will have
 * @param p1 the ID that we expect of the peer's next one
 * @param counters what the same message asks of the peer's sequence numbers
 */
public record PendingSync(
    Octets nonce, long m1, long p1, Optional<Task.SyncReplay> counters, List<Octets> datagrams) {
  public PendingSync {
    datagrams = List.copyOf(datagrams);
  }
}
