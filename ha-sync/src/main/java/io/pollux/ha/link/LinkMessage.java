package io.pollux.ha.link;

import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.SnapshotChunk;
import io.pollux.ike.wire.Octets;

/** What the two nodes say to each other. */
public sealed interface LinkMessage {
  /**
   * The first message of both sides.
   *
   * @param oldestVersion and {@code newestVersion}: the link protocols that the node speaks
   * @param node the node's name in its configuration
   * @param epoch and {@code lastIndex}: how far its shadow is
   * @param configDigest of what both nodes must have in common
   */
  record Hello(
      int oldestVersion,
      int newestVersion,
      String node,
      long epoch,
      long lastIndex,
      Octets configDigest)
      implements LinkMessage {}

  /**
   * The follower wants the leader's frames.
   *
   * @param request numbers the requests of a connection; the answer repeats it
   * @param epoch and {@code lastIndex}: what it has
   * @param snapshot whether it wants everything anew, whatever it has
   */
  record Resume(int request, long epoch, long lastIndex, boolean snapshot) implements LinkMessage {}

  /**
   * The leader's answer: what follows.
   *
   * @param request the request that it answers
   * @param snapshot chunks of a snapshot follow, frames after {@code from} between them; else
   *     frames after {@code from}
   * @param target the follower is in sync when it has this index
   */
  record Sync(int request, boolean snapshot, long epoch, long from, long target)
      implements LinkMessage {}

  /** An event. */
  record Frame(EncodedFrame frame) implements LinkMessage {}

  /** A piece of a snapshot. */
  record Chunk(SnapshotChunk chunk) implements LinkMessage {}

  /** Everything up to {@code received} is in the shadow, up to {@code armed} in the kernel. */
  record Ack(long epoch, long received, long armed) implements LinkMessage {}

  /**
   * The sender is alive.
   *
   * @param stampNs the sender's clock
   * @param echoNs the last stamp that it heard; 0 before the first
   * @param heldNs how long ago it heard that one
   * @param health opaque: what the role machine tells about the node
   */
  record Heartbeat(long stampNs, long echoNs, long heldNs, Octets health) implements LinkMessage {}

  /**
   * The last message: the sender lives and gives up this connection, not its daemon. What follows
   * is no sign of death. Older versions skip it.
   *
   * @param reason for people
   */
  record Closing(String reason) implements LinkMessage {}

  /** Opaque, from role machine to role machine. */
  record Role(Octets octets) implements LinkMessage {}

  /** Opaque, from agent to agent. */
  record Control(Octets octets) implements LinkMessage {}
}
