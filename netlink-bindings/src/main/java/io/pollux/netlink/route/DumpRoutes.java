package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * RTM_GETROUTE of all routes, of all tables.
 *
 * @param family AF_INET, AF_INET6, or AF_UNSPEC for both
 */
public record DumpRoutes(int family) implements RouteNlRequest, NlQuery<RtRoute> {
  @Override
  public RtMsgType msgType() {
    return RtMsgType.RTM_GETROUTE;
  }

  @Override
  public int flags() {
    return NlConst.NLM_F_DUMP;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new Rtmsg(family, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  @Override
  public RtRoute read(NlMessages answer) throws MalformedNetlink {
    if (answer.type() != RtConst.RTM_NEWROUTE) {
      return null;
    }
    RtRoute route = RtRoute.read(answer);
    // AF_UNSPEC also brings the routes of multicast routing, under families of their own.
    return route.family() == NlConst.AF_INET || route.family() == NlConst.AF_INET6 ? route : null;
  }

  @Override
  public String object() {
    return "all";
  }
}
