package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;

/**
 * RTM_GETRULE of all rules, in their order.
 *
 * @param family AF_INET, AF_INET6, or AF_UNSPEC for both
 */
public record DumpRules(int family) implements RouteNlRequest, NlQuery<RtRule> {
  @Override
  public RtMsgType msgType() {
    return RtMsgType.RTM_GETRULE;
  }

  @Override
  public int flags() {
    return NlConst.NLM_F_DUMP;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new FibRuleHdr(family, 0, 0, 0, 0, 0, 0));
  }

  @Override
  public RtRule read(NlMessages answer) throws MalformedNetlink {
    if (answer.type() != RtConst.RTM_NEWRULE) {
      return null;
    }
    RtRule rule = RtRule.read(answer);
    // AF_UNSPEC also brings the rules of multicast routing, under families of their own.
    return rule.family() == NlConst.AF_INET || rule.family() == NlConst.AF_INET6 ? rule : null;
  }

  @Override
  public String object() {
    return "all";
  }
}
