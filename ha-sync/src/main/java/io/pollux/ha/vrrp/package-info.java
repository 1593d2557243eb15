/**
 * VRRPv3 (RFC 9568) without sockets: codec, the state machine of a Virtual Router, groups that move
 * together, and announcements as data. An instance never promotes itself: it reports what it wants,
 * and the role machine ({@link io.pollux.ha.role}) decides.
 *
 * <pre>{@code
 * var group = new VrrpGroup(config);
 * group.start(nowNs);                                            // all Backup
 * group.received("outside", source, ttl, octets, nowNs);         // -> Heard, Goodbye, Contested, ...
 * group.timeout(nowNs);                                          // at group.nextTimeoutNs(nowNs)
 * group.become(VrrpState.ACTIVE, nowNs);                         // -> Send, one per destination
 * }</pre>
 *
 * An advertisement is sent as IP protocol 112 with TTL 255; the octets are the message without the
 * IP header.
 */
package io.pollux.ha.vrrp;
