package io.pollux.ike.crypto.pki;

/** How much has to be known about the revocation of a peer's certificate (RFC 5280 section 6.3). */
public enum Revocation {
  /** Nobody asks. */
  OFF,
  /** A certificate known as revoked is refused; where nothing is known, it passes with a remark. */
  RELAXED,
  /** Every certificate of the path needs a current CRL or OCSP response that says it is good. */
  STRICT
}
