package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;

/** RTM_NEWNEIGH and RTM_DELNEIGH. Deleting one that is not there: ENOENT. */
public record NeighbourRequest(RtMsgType msgType, int flags, RtNeighbour neighbour)
    implements RouteNlRequest {
  /** Adds, or takes the place of the one of the same address and device. */
  public static NeighbourRequest replace(RtNeighbour neighbour) {
    return new NeighbourRequest(
        RtMsgType.RTM_NEWNEIGH, NlConst.NLM_F_CREATE | NlConst.NLM_F_REPLACE, neighbour);
  }

  public static NeighbourRequest delete(RtNeighbour neighbour) {
    return new NeighbourRequest(RtMsgType.RTM_DELNEIGH, 0, neighbour);
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(
        new Ndmsg(
            RtPrefix.family(neighbour.destination()),
            neighbour.ifindex(),
            neighbour.state(),
            neighbour.flags(),
            0));
    out.attrAddress(RtConst.NDA_DST, neighbour.destination());
    if (neighbour.address().length() > 0) {
      out.attrOctets(RtConst.NDA_LLADDR, neighbour.address());
    }
  }

  @Override
  public String object() {
    return neighbour.toString();
  }
}
