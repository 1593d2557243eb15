package io.pollux.ha.journal;

/**
 * Figures of a journal.
 *
 * @param frames unacknowledged frames
 * @param octets their events' octets
 * @param coalesced counters that were overtaken by newer ones before they were acknowledged
 * @param overflows how often the bound was reached and the tail thrown away
 */
public record JournalStatistics(int frames, long octets, long coalesced, long overflows) {}
