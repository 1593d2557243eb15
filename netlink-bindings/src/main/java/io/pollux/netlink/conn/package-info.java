/**
 * Conversations with the kernel: requests in batches, dumps, multicast groups.
 *
 * <p>A connection or a subscription belongs to one thread: nothing here is locked. What the kernel
 * refuses is a value ({@link io.pollux.netlink.conn.NlResult.Refused}) that says operation, object,
 * errno and the kernel's own words; {@code orThrow} makes an exception of it where that is handier.
 *
 * <pre>{@code
 * try (var xfrm = NetlinkConnection.xfrm(); var route = NetlinkConnection.route()) {
 *   for (NlResult result : xfrm.execute(List.of(newSa, newPolicy))) result.orThrow();
 *   xfrm.sweep(saIds, (index, ae) -> tracker.read(saIds.get(index), ae.oseq64(), ae.seq64()));
 *   route.execute(RuleRequest.delete(RtRule.blackholeFrom(vip, 10))).orThrow(); // the gate opens
 *   XfrmAevent state = xfrm.query(new GetAe(newSa.id())).orThrow();
 * }
 * }</pre>
 */
package io.pollux.netlink.conn;
