package io.pollux.agent.runtime;

import io.pollux.ha.link.SyncState;
import io.pollux.ha.role.RoleState;

/** How far the nodes are together, in the words of the role machine. */
final class SyncStates {
  private SyncStates() {}

  /** On an active node: what the standby is worth. */
  static RoleState.Pairing pairing(SyncState state) {
    return switch (state) {
      case PAIRED -> RoleState.Pairing.PAIRED;
      case IN_SYNC, SYNCING -> RoleState.Pairing.DEGRADED;
      case IDLE, STALE -> RoleState.Pairing.ALONE;
    };
  }

  /** On a standby: what its copy is worth. */
  static RoleState.Sync copy(SyncState state) {
    return switch (state) {
      case PAIRED, IN_SYNC -> RoleState.Sync.IN_SYNC;
      case IDLE, SYNCING -> RoleState.Sync.SYNCING;
      case STALE -> RoleState.Sync.STALE;
    };
  }
}
