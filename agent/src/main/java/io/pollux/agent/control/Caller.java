package io.pollux.agent.control;

import java.util.Set;

/**
 * The process at the other end of the socket, as the kernel tells it (SO_PEERCRED, SO_PEERGROUPS).
 *
 * @param pid its number, for the log only: it may be somebody else's by now
 * @param uid effective user
 * @param gids effective and supplementary groups
 */
public record Caller(int pid, int uid, Set<Integer> gids) {
  public Caller {
    gids = Set.copyOf(gids);
  }

  /** The user who runs the offline tool: whatever it may do, the files' permissions decide. */
  public static Caller self() {
    return new Caller((int) ProcessHandle.current().pid(), Access.currentUid(), Set.of());
  }

  @Override
  public String toString() {
    return "uid " + uid + " pid " + pid;
  }
}
