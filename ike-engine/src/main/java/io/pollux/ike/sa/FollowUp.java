package io.pollux.ike.sa;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A responder's CREATE_CHILD_SA that waits for its IKE_FOLLOWUP_KE requests (RFC 9370 section
 * 2.2.4). It is not replicated: after a takeover the peer gets STATE_NOT_FOUND and begins again.
 *
 * @param link what the next request must bring back
 * @param remaining methods, the next one first
 * @param first the secret of the CREATE_CHILD_SA itself, which {@code finish} needs too
 * @param secrets SK(1) | ... so far
 * @param dueNs when it is given up
 * @param finish is handed all secrets, and the payloads of the last response
 */
public record FollowUp(
    Octets link,
    List<Integer> remaining,
    Secret first,
    Secret secrets,
    long dueNs,
    BiConsumer<Secret, List<Payload>> finish) {
  /** How long the peer may take for each; the RFC names 5 to 20 seconds. */
  public static final long PATIENCE_NS = 20_000_000_000L;

  public FollowUp {
    remaining = List.copyOf(remaining);
  }

  /** Forgets its secrets: it is complete, or does not go on. */
  public void wipe() {
    first.close();
    secrets.close();
  }

  /** After one more, whose secret is {@code shared}. */
  public FollowUp after(Secret shared, Octets nextLink, long nowNs) {
    Secret more = secrets.concat(shared);
    secrets.close();
    return new FollowUp(
        nextLink, remaining.subList(1, remaining.size()), first, more, nowNs + PATIENCE_NS, finish);
  }
}
