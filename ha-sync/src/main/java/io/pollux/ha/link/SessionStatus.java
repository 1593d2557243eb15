package io.pollux.ha.link;

/**
 * Figures of a session.
 *
 * @param ackAgeNs leader: time since the follower's last acknowledgement, which comes at least with
 *     every heartbeat; -1 before the first
 * @param received and {@code armed}: the acknowledged indexes, as leader the peer's, as follower
 *     the own
 * @param snapshots how many snapshots were begun on this connection
 */
public record SessionStatus(
    SyncState state, long ackAgeNs, long received, long armed, int snapshots) {}
