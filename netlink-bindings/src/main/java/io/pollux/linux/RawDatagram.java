package io.pollux.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A packet that a {@link RawIpSocket} has received.
 *
 * @param ttl time to live, or hop limit, as it arrived
 * @param ifindex the device that it came in by
 * @param payload what follows the IP header, in network order; valid until the next receive
 */
public record RawDatagram(
    InetAddress source, InetAddress destination, int ttl, int ifindex, ByteBuffer payload) {}
