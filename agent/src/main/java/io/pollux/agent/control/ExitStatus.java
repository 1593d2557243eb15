package io.pollux.agent.control;

/** Exit statuses of {@code polluxctl}, from 64 on those of sysexits.h. */
public final class ExitStatus {
  /** Done, or: the answer is yes. */
  public static final int OK = 0;

  /** The command worked and its answer is negative: not ready, not found, not up. */
  public static final int NEGATIVE = 1;

  /** Unknown command or flag, missing argument (EX_USAGE). */
  public static final int USAGE = 64;

  /** The data given is wrong: a damaged file, an address that is none (EX_DATAERR). */
  public static final int DATA = 65;

  /** The daemon is not there, is stopping, or has too many clients (EX_UNAVAILABLE). */
  public static final int UNAVAILABLE = 69;

  /** A mistake of ours (EX_SOFTWARE). */
  public static final int INTERNAL = 70;

  /** The caller may not do this (EX_NOPERM). */
  public static final int PERMISSION = 77;

  /** The configuration is wrong (EX_CONFIG). */
  public static final int CONFIGURATION = 78;

  private ExitStatus() {}
}
