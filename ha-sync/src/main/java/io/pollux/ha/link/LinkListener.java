package io.pollux.ha.link;

/**
 * What a link tells its owner. All calls come on the link's one thread and must return at once: put
 * the news into the queue of the thread that owns the {@link LinkSession}.
 */
public interface LinkListener {
  /** A connection is in use: make a new session and send what it has to say. */
  void up(LinkChannel channel);

  /**
   * The path in use is gone.
   *
   * @param otherPath whether the warm one stands; then {@link #up} follows soon, and this is no
   *     reason to take over. If the warm one goes as well before that, this is called once more,
   *     with false.
   */
  void down(LinkPath path, LinkDown why, boolean otherPath);

  /** A message of the peer on the path in use. */
  void message(LinkMessage message);

  /** There is room again: go on with {@link LinkSession#poll}. */
  void writable();

  /** A connection on {@code path}, in use or not, was made. */
  void connected(LinkPath path);

  /** A connection or an attempt on {@code path}, in use or not, ended. */
  void disconnected(LinkPath path, LinkDown why);
}
