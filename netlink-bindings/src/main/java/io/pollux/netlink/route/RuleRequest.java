package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlConst;
import java.util.Optional;

/**
 * RTM_NEWRULE and RTM_DELRULE. Adding one that is there: EEXIST; deleting one that is not: ENOENT
 * (IPv4) or ESRCH.
 */
public record RuleRequest(RtMsgType msgType, int flags, RtRule rule) implements RouteNlRequest {
  public static RuleRequest add(RtRule rule) {
    return new RuleRequest(RtMsgType.RTM_NEWRULE, NlConst.NLM_F_CREATE | NlConst.NLM_F_EXCL, rule);
  }

  public static RuleRequest delete(RtRule rule) {
    return new RuleRequest(RtMsgType.RTM_DELRULE, 0, rule);
  }

  @Override
  public void writeBody(NlBuffer out) {
    int table = Integer.compareUnsigned(rule.table(), 255) <= 0 ? rule.table() : 0;
    out.struct(
        new FibRuleHdr(
            rule.family(),
            rule.to().map(RtPrefix::length).orElse(0),
            rule.from().map(RtPrefix::length).orElse(0),
            0,
            table,
            rule.action(),
            rule.invert() ? RtConst.FIB_RULE_INVERT : 0));
    out.attrU32(RtConst.FRA_PRIORITY, rule.priority());
    if (rule.action() == RtConst.FR_ACT_TO_TBL) {
      out.attrU32(RtConst.FRA_TABLE, Integer.toUnsignedLong(rule.table()));
    }
    writePrefix(out, RtConst.FRA_SRC, rule.from());
    writePrefix(out, RtConst.FRA_DST, rule.to());
    if (!rule.input().isEmpty()) {
      out.attrString(RtConst.FRA_IIFNAME, rule.input());
    }
    if (rule.mark() != 0 || rule.markMask() != 0) {
      out.attrU32(RtConst.FRA_FWMARK, Integer.toUnsignedLong(rule.mark()));
      out.attrU32(RtConst.FRA_FWMASK, Integer.toUnsignedLong(rule.markMask()));
    }
    if (rule.protocol() != 0) {
      out.attrU8(RtConst.FRA_PROTOCOL, rule.protocol());
    }
  }

  private static void writePrefix(NlBuffer out, int type, Optional<RtPrefix> prefix) {
    if (prefix.isPresent() && prefix.get().length() > 0) {
      out.attrAddress(type, prefix.get().address());
    }
  }

  @Override
  public String object() {
    return rule.toString();
  }
}
