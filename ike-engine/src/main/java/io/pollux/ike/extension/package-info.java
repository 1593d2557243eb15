/**
 * Optional parts of IKEv2 beside the exchanges: NAT detection (RFC 7296 section 2.23) and cookies
 * (2.6). They know payloads, not SAs.
 */
package io.pollux.ike.extension;
