package io.pollux.ha.link;

/** How far the two nodes are together on one connection. */
public enum SyncState {
  /** Nobody leads, or no greeting yet. */
  IDLE,
  /** The follower is being brought up to date. */
  SYNCING,
  /** The follower has what it was promised and follows. */
  IN_SYNC,
  /** In sync for long enough to rely on: barriers hold. */
  PAIRED,
  /** The connection is gone; the shadow is as old as that. */
  STALE
}
