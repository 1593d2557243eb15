package io.pollux.ha.vrrp;

/** The states of a Virtual Router (RFC 9568 section 6.4). */
public enum VrrpState {
  /** Not taking part. */
  INITIALIZE,
  /** Listening for the Active Router. */
  BACKUP,
  /** Advertising. */
  ACTIVE
}
