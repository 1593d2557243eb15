package io.pollux.ha.link;

/**
 * The times and limits of a session.
 *
 * @param pairedAfterNs how long in sync before the pair is paired, nanoseconds
 * @param resyncEveryNs at most one snapshot is asked for in this time, nanoseconds
 * @param maxHeldFrames how many frames may wait at the follower for the end of a snapshot
 */
public record SessionPolicy(long pairedAfterNs, long resyncEveryNs, int maxHeldFrames) {
  /** One second, one second, 65,536 frames. */
  public static final SessionPolicy DEFAULT =
      new SessionPolicy(1_000_000_000, 1_000_000_000, 65_536);
}
