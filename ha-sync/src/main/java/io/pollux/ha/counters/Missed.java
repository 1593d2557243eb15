package io.pollux.ha.counters;

import io.pollux.ike.sad.EspSpi;

/**
 * What the dead node may have received after the last reading of a child that carries traffic.
 *
 * @param child by its inbound SPI
 * @param packets peak inbound rate * age of the reading, at least 1
 */
public record Missed(EspSpi child, long packets) {}
