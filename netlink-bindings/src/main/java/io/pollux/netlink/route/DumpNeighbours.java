package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * RTM_GETNEIGH of all neighbours.
 *
 * @param family AF_INET, AF_INET6, or AF_UNSPEC for both
 */
public record DumpNeighbours(int family) implements RouteNlRequest, NlQuery<RtNeighbour> {
  @Override
  public RtMsgType msgType() {
    return RtMsgType.RTM_GETNEIGH;
  }

  @Override
  public int flags() {
    return NlConst.NLM_F_DUMP;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new Ndmsg(family, 0, 0, 0, 0));
  }

  @Override
  public RtNeighbour read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == RtConst.RTM_NEWNEIGH ? RtNeighbour.read(answer) : null;
  }

  @Override
  public String object() {
    return "all";
  }
}
