package io.pollux.agent.runtime;

/** The end after a mistake of our own. */
final class Fatal {
  static final int EX_SOFTWARE = 70; // sysexits.h; the guard fences and starts the daemon again
  private static final long LAST_WORDS_MS = 50; // for the log's thread

  private Fatal() {}

  static void exit() {
    try {
      Thread.sleep(LAST_WORDS_MS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(EX_SOFTWARE);
  }
}
