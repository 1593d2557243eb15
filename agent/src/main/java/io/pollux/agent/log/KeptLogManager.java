package io.pollux.agent.log;

import java.util.logging.LogManager;

/**
 * The JDK's log manager takes all handlers away when the process is told to stop, and with them the
 * lines about how it stopped. This one leaves them alone; {@link LogRing#close} is the end.
 *
 * <p>The JDK makes it because {@link LogSetup} names it.
 */
public final class KeptLogManager extends LogManager {
  /** Called by the JDK's own shutdown hook, and by {@link #begin}. */
  @Override
  public void reset() {}

  /** Takes the JDK's default handlers away. */
  void begin() {
    super.reset();
  }
}
