package io.pollux.ha.link;

/**
 * Octets that are no link message, or a message that has no place where it came. Closes the
 * connection; no stack trace, because it describes the peer's mistake.
 */
public final class MalformedLink extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedLink(String message) {
    super(message, null, false, false);
  }
}
