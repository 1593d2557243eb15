package io.pollux.agent.control;

/**
 * Ends a command with a status and one line on stderr. The message is for operators and starts in
 * lower case.
 */
public final class CommandException extends Exception {
  private final int status;

  /**
   * A failure with one of the numbers of {@link ExitStatus}.
   *
   * @param message one line, without "polluxctl:" in front
   */
  public CommandException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** Wrong use of a command: {@link ExitStatus#USAGE}. */
  public static CommandException usage(String message) {
    return new CommandException(ExitStatus.USAGE, message);
  }

  /** Wrong data: {@link ExitStatus#DATA}. */
  public static CommandException data(String message) {
    return new CommandException(ExitStatus.DATA, message);
  }

  /** A negative answer that needs a word: {@link ExitStatus#NEGATIVE}. */
  public static CommandException negative(String message) {
    return new CommandException(ExitStatus.NEGATIVE, message);
  }

  /** What polluxctl exits with. */
  public int status() {
    return status;
  }
}
