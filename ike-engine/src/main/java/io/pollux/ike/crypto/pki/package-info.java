/**
 * Certificates (RFC 5280, RFC 4945) as far as IKE needs them: what a peer's certificate says, a
 * path from it to a trust anchor at a given time, whether it was revoked, and whether it speaks for
 * an identity. Pure functions: files, clocks and the network are the caller's. What a stranger has
 * sent ends in a value, {@code Malformed}, or a verdict with the reason in words.
 */
package io.pollux.ike.crypto.pki;
