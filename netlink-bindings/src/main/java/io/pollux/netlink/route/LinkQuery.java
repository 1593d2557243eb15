package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * RTM_GETLINK, without statistics. A device that is not there: ENODEV.
 *
 * @param ifindex 0 to ask by name
 * @param name empty to ask by ifindex; with both empty, all devices (a dump)
 */
public record LinkQuery(int ifindex, String name) implements RouteNlRequest, NlQuery<RtLink> {
  public static LinkQuery byName(String name) {
    return new LinkQuery(0, name);
  }

  public static LinkQuery byIndex(int ifindex) {
    return new LinkQuery(ifindex, "");
  }

  /** All devices: for {@code dump}. */
  public static LinkQuery all() {
    return new LinkQuery(0, "");
  }

  @Override
  public RtMsgType msgType() {
    return RtMsgType.RTM_GETLINK;
  }

  @Override
  public int flags() {
    return ifindex == 0 && name.isEmpty() ? NlConst.NLM_F_DUMP : 0;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new Ifinfomsg(0, 0, ifindex, 0, 0));
    out.attrU32(RtConst.IFLA_EXT_MASK, RtConst.RTEXT_FILTER_SKIP_STATS);
    if (!name.isEmpty()) {
      out.attrString(RtConst.IFLA_IFNAME, name);
    }
  }

  @Override
  public RtLink read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == RtConst.RTM_NEWLINK ? RtLink.read(answer) : null;
  }

  @Override
  public String object() {
    return !name.isEmpty() ? "dev " + name : ifindex == 0 ? "all" : "dev " + ifindex;
  }
}
