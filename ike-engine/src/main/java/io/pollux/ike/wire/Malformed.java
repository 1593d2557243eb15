package io.pollux.ike.wire;

/**
 * A peer sent something that cannot be accepted (STYLE R11): never our own mistake, and without a
 * stack trace, because a peer can cause it at will.
 *
 * <p>Whether {@link #answer} may really be sent is the engine's decision: RFC 7296 section 2.21.2
 * forbids an unprotected error in reply to anything but a request that starts an IKE SA.
 */
public final class Malformed extends Exception {
  private static final long serialVersionUID = 1L;

  /** No answer: the datagram is dropped without a word (it is not authentic, or not IKE). */
  public static final int DROP = 0;

  /** A payload that we do not know has the critical flag (RFC 7296 section 2.5). */
  public static final int UNSUPPORTED_CRITICAL_PAYLOAD = 1;

  /** RFC 7296 section 2.5. */
  public static final int INVALID_MAJOR_VERSION = 5;

  /** Some type, length or value was out of range (RFC 7296 section 3.10.1). */
  public static final int INVALID_SYNTAX = 7;

  /** The key exchange payload is not of the chosen method (RFC 7296 section 1.2). */
  public static final int INVALID_KE_PAYLOAD = 17;

  private final int answer;
  private final transient Octets data;
  private final String field;
  private final String problem;

  /**
   * A mistake with notification data.
   *
   * @param answer the notify type to answer with (RFC 7296 section 3.10.1), or {@link #DROP}
   * @param data the Notification Data of that answer
   * @param field the field's name as in the RFC
   * @param problem what is wrong with it, for the log; never key material
   */
  public Malformed(int answer, Octets data, String field, String problem) {
    super(field + ": " + problem, null, false, false);
    this.answer = answer;
    this.data = data;
    this.field = field;
    this.problem = problem;
  }

  /** A mistake whose answer has no data. */
  public Malformed(int answer, String field, String problem) {
    this(answer, Octets.EMPTY, field, problem);
  }

  /** The usual mistake: INVALID_SYNTAX. */
  public static Malformed syntax(String field, String problem) {
    return new Malformed(INVALID_SYNTAX, field, problem);
  }

  /** Something that must not be answered at all. */
  public static Malformed drop(String field, String problem) {
    return new Malformed(DROP, field, problem);
  }

  /** The notify type to answer with, or {@link #DROP}. */
  public int answer() {
    return answer;
  }

  /** The Notification Data of the answer. */
  public Octets data() {
    return data;
  }

  public String field() {
    return field;
  }

  public String problem() {
    return problem;
  }
}
