package io.pollux.ike.event;

/** Why an SA is gone. */
public enum DeleteReason {
  /** The peer sent a Delete payload (RFC 7296 section 1.4.1). */
  PEER_DELETED,
  /** An operator or the configuration asked for it. */
  ADMIN,
  /** Another SA took its place. */
  REKEYED,
  /** The hard lifetime was reached. */
  EXPIRED,
  /** Retransmissions went unanswered (RFC 7296 section 2.4). */
  PEER_SILENT,
  /** INITIAL_CONTACT or a duplicate of the same peer (RFC 7296 section 2.4). */
  REPLACED,
  /** Negotiation or installation failed. */
  FAILED
}
