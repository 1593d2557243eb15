/**
 * The exchanges of IKEv2, one file each (RFC 7296 section 1): what is asked, what is answered, and
 * what follows from an answer. {@link io.pollux.ike.exchange.Exchanges} is the only entry; all that
 * changes is in the {@link io.pollux.ike.sa.IkeSa} that is handed in.
 */
package io.pollux.ike.exchange;
