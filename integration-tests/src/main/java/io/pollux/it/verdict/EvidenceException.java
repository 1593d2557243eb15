package io.pollux.it.verdict;

/** The evidence can't be read: a file is missing, or is not what its name says. */
public final class EvidenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says which file, and what about it. */
  public EvidenceException(String message) {
    super(message);
  }

  /** The same, with the error of the system. */
  public EvidenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
