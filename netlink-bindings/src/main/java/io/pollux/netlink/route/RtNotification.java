package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlNotification;
import io.pollux.netlink.wire.NlOctets;

/** What the kernel tells the groups of rtnetlink (RTNLGRP_*). */
public sealed interface RtNotification extends NlNotification {
  /** A device is new or has changed, or is gone. Group RTNLGRP_LINK. */
  record Link(RtLink link, boolean gone) implements RtNotification {}

  /** An address is new, or is gone. Groups RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR. */
  record Address(RtAddress address, boolean gone) implements RtNotification {}

  /** A route is new, or is gone. Groups RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE. */
  record Route(RtRoute route, boolean gone) implements RtNotification {}

  /** A rule is new, or is gone. Groups RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE. */
  record Rule(RtRule rule, boolean gone) implements RtNotification {}

  /** A neighbour is new or has changed, or is gone. Group RTNLGRP_NEIGH. */
  record Neighbour(RtNeighbour neighbour, boolean gone) implements RtNotification {}

  /** A message that is not read here: kept as it came. */
  record Unknown(int type, NlOctets body) implements RtNotification {}

  /** Reads any message of the family. */
  static RtNotification read(NlMessages message) throws MalformedNetlink {
    return switch (message.type()) {
      case RtConst.RTM_NEWLINK -> new Link(RtLink.read(message), false);
      case RtConst.RTM_DELLINK -> new Link(RtLink.read(message), true);
      case RtConst.RTM_NEWADDR -> new Address(RtAddress.read(message), false);
      case RtConst.RTM_DELADDR -> new Address(RtAddress.read(message), true);
      case RtConst.RTM_NEWROUTE -> new Route(RtRoute.read(message), false);
      case RtConst.RTM_DELROUTE -> new Route(RtRoute.read(message), true);
      case RtConst.RTM_NEWRULE -> new Rule(RtRule.read(message), false);
      case RtConst.RTM_DELRULE -> new Rule(RtRule.read(message), true);
      case RtConst.RTM_NEWNEIGH -> neighbour(message, false);
      case RtConst.RTM_DELNEIGH -> neighbour(message, true);
      default -> unknown(message);
    };
  }

  private static RtNotification neighbour(NlMessages message, boolean gone)
      throws MalformedNetlink {
    RtNeighbour neighbour = RtNeighbour.read(message);
    return neighbour == null ? unknown(message) : new Neighbour(neighbour, gone);
  }

  private static Unknown unknown(NlMessages message) {
    int length = message.end() - message.body();
    return new Unknown(message.type(), NlOctets.read(message.buffer(), message.body(), length));
  }
}
