package io.pollux.ha.link;

import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ike.wire.Octets;

/** What a session has to say after it was given something; to be worked on in order. */
public sealed interface SessionOutput {
  /** The peer has introduced itself. */
  record PeerKnown(LinkMessage.Hello hello) implements SessionOutput {}

  /** Follower: apply this frame to the shadow, then acknowledge. */
  record Received(HaFrame frame) implements SessionOutput {}

  /** Follower: replace the shadow, then acknowledge. */
  record ReceivedSnapshot(HaSnapshot snapshot) implements SessionOutput {}

  /** Leader: the follower got this far; the journal knows, the barrier queue must be told. */
  record Acknowledged(long received, long armed) implements SessionOutput {}

  /** Barriers hold exactly while the state is PAIRED. */
  record SyncChanged(SyncState from, SyncState to, String reason) implements SessionOutput {}

  /** Octets from the peer's role machine. */
  record PeerRole(Octets octets) implements SessionOutput {}

  /** Octets from the peer's agent. */
  record PeerControl(Octets octets) implements SessionOutput {}

  /** The peer's last heartbeat said this about its health. */
  record PeerHealth(Octets health) implements SessionOutput {}

  /** The peer does not keep to the protocol: close the connection with this reason. */
  record Broken(String reason) implements SessionOutput {}
}
