package io.pollux.linux;

import io.pollux.linux.LinuxLayout.SchedParam;

/** What the kernel knows of the calling thread: call from a platform thread only. */
public final class LinuxThread {
  private LinuxThread() {}

  /** Its number: gettid(2). */
  public static int id() {
    return LibC.C.gettid();
  }

  /**
   * Runs it before all ordinary threads (SCHED_FIFO); its children start as ordinary ones. EPERM
   * without CAP_SYS_NICE or a limit that allows it.
   *
   * @param priority 1 to 99
   */
  public static void realTime(int priority) {
    set(LinuxAbi.SCHED_FIFO | LinuxAbi.SCHED_RESET_ON_FORK, priority);
  }

  /** Runs it as an ordinary thread again. */
  public static void ordinary() {
    set(LinuxAbi.SCHED_OTHER, 0);
  }

  /** Whether it runs under SCHED_FIFO. */
  public static boolean isRealTime() {
    int policy = Fd.check("sched_getscheduler", "", LibC.C.sched_getscheduler(0));
    return (policy & ~LinuxAbi.SCHED_RESET_ON_FORK) == LinuxAbi.SCHED_FIFO;
  }

  private static void set(int policy, int priority) {
    var param = SocketAddresses.direct(SchedParam.SIZE).putInt(SchedParam.SCHED_PRIORITY, priority);
    Fd.check("sched_setscheduler", "", LibC.C.sched_setscheduler(0, policy, param));
  }
}
