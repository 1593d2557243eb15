package io.pollux.it.lab;

/**
 * What a command left behind.
 *
 * @param command the words, joined for messages
 * @param status its exit status; 128 + number when a signal ended it
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
public record Ran(String command, int status, String out, String err) {
  /** Did it exit with 0? */
  public boolean ok() {
    return status == 0;
  }

  /**
   * Its stdout.
   *
   * @throws AssertionError with everything it said, when it failed
   */
  public String orFail() {
    if (!ok()) {
      throw new AssertionError(command + ": exit status " + status + "\n" + out + err);
    }
    return out;
  }
}
