package io.pollux.linux;

/** What the kernel knows of this process. */
public final class LinuxProcess {
  private LinuxProcess() {}

  /**
   * Keeps its memory from others: no ptrace, no core dump, /proc/self/mem for root alone
   * (PR_SET_DUMPABLE, prctl(2)). What belongs to this process in /proc becomes root's with it.
   */
  public static void hideMemory() {
    Fd.check("prctl", "PR_SET_DUMPABLE", LibC.C.prctl(LinuxAbi.PR_SET_DUMPABLE, 0, 0, 0, 0));
  }

  /** Whether others of the same user may look into its memory. */
  public static boolean memoryIsHidden() {
    return Fd.check("prctl", "", LibC.C.prctl(LinuxAbi.PR_GET_DUMPABLE, 0, 0, 0, 0)) == 0;
  }
}
