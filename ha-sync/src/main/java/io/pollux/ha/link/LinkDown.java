package io.pollux.ha.link;

/**
 * Why a connection is gone, or could not be made.
 *
 * @param detail for people; names the alert, the fingerprint, the kernel's words
 */
public record LinkDown(How how, String detail) {
  /** Ways to lose a connection. */
  public enum How {
    /** The peer's kernel sent a FIN: its process ended or closed. */
    CLOSED_BY_PEER,
    /** The peer's daemon lives and has given this connection up. */
    GIVEN_UP_BY_PEER,
    /** The peer's kernel sent a RST: nobody has this connection there. */
    RESET,
    /** Nothing was heard for too long, or nothing acknowledged (TCP_USER_TIMEOUT). */
    TIMEOUT,
    /** Connecting failed: nobody listens, no route, no carrier. */
    UNREACHABLE,
    /** This node refused the peer's certificate. */
    REFUSED_HERE,
    /** The peer refused this node's certificate. */
    REFUSED_BY_PEER,
    /** TLS failed in another way. */
    TLS_FAILED,
    /** The peer sent what is no message, or one that has no place. */
    MALFORMED,
    /** The peer does not take what is sent to it fast enough. */
    OVERFLOW,
    /** A newer connection took over. */
    SUPERSEDED,
    /** This node closed it. */
    CLOSED_HERE
  }

  @Override
  public String toString() {
    return switch (how) {
      case CLOSED_BY_PEER -> "closed by peer (FIN)";
      case GIVEN_UP_BY_PEER -> "given up by peer, which lives: " + detail;
      case RESET -> "reset by peer (RST)";
      case TIMEOUT -> "heartbeat timeout: " + detail;
      case UNREACHABLE -> "unreachable: " + detail;
      case REFUSED_HERE -> "TLS refused: " + detail;
      case REFUSED_BY_PEER -> "TLS refused by peer: " + detail;
      case TLS_FAILED -> "TLS failed: " + detail;
      case MALFORMED -> "malformed: " + detail;
      case OVERFLOW -> "outbound buffer full: " + detail;
      case SUPERSEDED -> "superseded: " + detail;
      case CLOSED_HERE -> "closed here: " + detail;
    };
  }
}
