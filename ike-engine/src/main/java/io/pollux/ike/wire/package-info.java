/**
 * Octets, and how they are read and written. Readers name the field that they read, are bounded,
 * and throw nothing but {@link io.pollux.ike.wire.Malformed}; writers are in network byte order.
 */
package io.pollux.ike.wire;
