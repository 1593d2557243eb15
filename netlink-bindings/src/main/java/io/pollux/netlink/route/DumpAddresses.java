package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * RTM_GETADDR of all addresses.
 *
 * @param family AF_INET, AF_INET6, or AF_UNSPEC for both
 */
public record DumpAddresses(int family) implements RouteNlRequest, NlQuery<RtAddress> {
  @Override
  public RtMsgType msgType() {
    return RtMsgType.RTM_GETADDR;
  }

  @Override
  public int flags() {
    return NlConst.NLM_F_DUMP;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new Ifaddrmsg(family, 0, 0, 0, 0));
  }

  @Override
  public RtAddress read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == RtConst.RTM_NEWADDR ? RtAddress.read(answer) : null;
  }

  @Override
  public String object() {
    return "all";
  }
}
