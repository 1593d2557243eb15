package io.pollux.ike.sad;

/**
 * When an SA is rekeyed and when it ends, as ages and amounts; 0 = no such limit. Times in
 * nanoseconds since the SA was made; the soft ones are already jittered.
 *
 * @param softNs age at which the engine rekeys
 * @param hardNs age at which the SA is deleted
 * @param softBytes amount at which the kernel reports a soft expiry
 * @param hardBytes amount at which the kernel drops the SA
 */
public record Lifetimes(
    long softNs, long hardNs, long softBytes, long hardBytes, long softPackets, long hardPackets) {}
