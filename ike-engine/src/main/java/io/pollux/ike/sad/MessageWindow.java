package io.pollux.ike.sad;

import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * Both directions of the window of one IKE SA (RFC 7296 sections 2.1 to 2.3; window size 1).
 *
 * @param nextOwn the ID of our next request; the outstanding one's, while there is one
 * @param outstanding our request that has no response yet
 * @param nextPeer the ID of the peer's next request
 * @param lastResponse the sealed datagrams of our last response, to {@code nextPeer - 1}; empty if
 *     there was none
 */
public record MessageWindow(
    MessageId nextOwn,
    Optional<Outstanding> outstanding,
    MessageId nextPeer,
    List<Octets> lastResponse) {
  public MessageWindow {
    lastResponse = List.copyOf(lastResponse);
  }

  /**
   * A request that waits for its response.
   *
   * @param datagrams the sealed request, resent as the identical octets; several with RFC 7383
   */
  public record Outstanding(MessageId id, List<Octets> datagrams, Continuation continuation) {
    public Outstanding {
      datagrams = List.copyOf(datagrams);
    }
  }
}
