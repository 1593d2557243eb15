package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;

/**
 * A frame whose event is octets already: what the journal keeps and the link carries. The octets
 * hold keys, therefore they are a {@link Secret}.
 *
 * @param event {@link EventCodec}'s octets
 */
public record EncodedFrame(long epoch, Segment segment, long index, long previous, Secret event) {}
