package io.pollux.ike.sad;

/**
 * Which end started: of an IKE SA (RFC 7296 section 2.2, the original initiator) or of one exchange
 * (section 2.17), as the place of use says.
 */
public enum Role {
  INITIATOR,
  RESPONDER;

  /** The other end. */
  public Role other() {
    return this == INITIATOR ? RESPONDER : INITIATOR;
  }
}
