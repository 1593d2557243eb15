package io.pollux.agent.log;

/**
 * Chooses the log manager. A class of its own, because the JDK decides when its LogManager is first
 * touched, and to load {@link KeptLogManager} or {@link LogRing} is to touch it.
 */
public final class LogSetup {
  private LogSetup() {}

  /** To be called before anything else that logs. */
  public static void begin() {
    System.setProperty("java.util.logging.manager", "io.pollux.agent.log.KeptLogManager");
  }
}
