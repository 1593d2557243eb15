/**
 * Netlink's wire format (linux/netlink.h): headers, attributes, extended acknowledgements.
 *
 * <p>Pure codecs over {@link java.nio.ByteBuffer}s in native order: no socket, no system call. A
 * reader gives a finished value or throws {@link io.pollux.netlink.wire.MalformedNetlink}, nothing
 * else. A writer that does not fit throws {@link java.nio.BufferOverflowException} before it writes
 * a message half: {@link io.pollux.netlink.wire.NlBuffer} takes it back.
 *
 * <p>Ready-made octets for somebody else to send, such as the guard:
 *
 * <pre>{@code
 * byte[] close = NlDatagram.of(
 *     RuleRequest.add(RtRule.blackholeFrom(vip, 10)),
 *     AddressRequest.delete(new RtAddress(ifindex, vip, 32, 0)));
 * }</pre>
 */
package io.pollux.netlink.wire;
