package io.pollux.ha.link;

/** The connection in use. Its methods may be called from any thread and never block. */
public interface LinkChannel {
  LinkPath path();

  /**
   * Queues a message.
   *
   * @return false when the connection is gone, or is given up now because too much waits in it
   */
  boolean send(LinkMessage message);

  /** Whether more should be sent now; {@link LinkListener#writable} tells when again. */
  boolean writable();

  /** Stops or goes on reading, for an owner that cannot keep up. */
  void reading(boolean on);

  /** Gives the connection up; the link makes another by itself. */
  void close(String reason);
}
