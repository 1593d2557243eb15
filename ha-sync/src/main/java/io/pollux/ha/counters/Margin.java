package io.pollux.ha.counters;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.SaId;

/**
 * How far a standby's armed counter is ahead of what the active node may have used: armed - (last
 * read + peak rate * age). Positive: nothing is reused.
 *
 * @param child the child's inbound SPI
 * @param outbound the SA that it is about
 * @param packets may be negative
 * @param ageNs how old the reading is
 * @param peakPerSecond of what was seen to be sent
 */
public record Margin(
    EspSpi child,
    SaId outbound,
    long packets,
    long armed,
    long lastRead,
    long ageNs,
    double peakPerSecond) {}
