package io.pollux.ha.journal;

/**
 * Octets that are no frame, snapshot or event. Thrown by the codecs of this package and never
 * anything else; it has no stack trace, because it describes the peer's mistake and not ours.
 */
public final class MalformedFrame extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedFrame(String field, String problem) {
    super(field + ": " + problem, null, false, false);
  }
}
