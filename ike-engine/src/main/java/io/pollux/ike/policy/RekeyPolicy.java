package io.pollux.ike.policy;

/**
 * When an SA is rekeyed and when it ends; 0 = no such limit.
 *
 * @param softNs age of the rekey, before jitter
 * @param hardNs age of the end
 * @param jitterNs the rekey comes up to this much earlier, so that many tunnels do not rekey at
 *     once; by amount it comes earlier by as large a part, or by a tenth without {@code softNs}
 */
public record RekeyPolicy(
    long softNs,
    long hardNs,
    long jitterNs,
    long softBytes,
    long hardBytes,
    long softPackets,
    long hardPackets) {}
