/**
 * The payloads of IKEv2 (RFC 7296 section 3), one file each, and the table that names their readers
 * ({@link io.pollux.ike.payload.PayloadType}). A reader returns a finished value or throws {@link
 * io.pollux.ike.wire.Malformed}; numbers that we do not know are kept, not refused. Everything that
 * a peer can make long is bounded beside its reader.
 */
package io.pollux.ike.payload;
