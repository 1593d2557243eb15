/**
 * rtnetlink (linux/rtnetlink.h): links, addresses, routes, rules, neighbours, and the news of them.
 *
 * <p>Pure codecs, no socket. Records named Rt... are values, the requests take them; constants
 * carry the header's names in {@link io.pollux.netlink.route.RtConst}.
 *
 * <pre>{@code
 * route.execute(List.of(
 *     RuleRequest.add(RtRule.blackholeFrom(vip, 10)),
 *     AddressRequest.add(RtAddress.vip(ifindex, vip)),
 *     RouteRequest.replace(RtRoute.to(RtPrefix.of("10.2.0.0/16")).dev(ifindex).table(220)
 *         .protocol(POLLUX).metric(100).mtu(1400).advmss(1360).build())));
 * }</pre>
 */
package io.pollux.netlink.route;
