package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A rule of policy routing.
 *
 * @param family AF_INET or AF_INET6
 * @param priority a smaller one is looked at first
 * @param action FR_ACT_TO_TBL, FR_ACT_BLACKHOLE and so on
 * @param table for FR_ACT_TO_TBL
 * @param mark fwmark; 0 for any
 * @param markMask bits of the mark that are compared
 * @param protocol who has made it: RTPROT_*; 0 unknown
 * @param invert the other packets
 * @param input where a packet must have come in, {@code lo} for the machine's own; empty for any
 */
public record RtRule(
    int family,
    long priority,
    Optional<RtPrefix> from,
    Optional<RtPrefix> to,
    int action,
    int table,
    int mark,
    int markMask,
    int protocol,
    boolean invert,
    String input) {
  /** The gate: nothing leaves from this address. */
  public static RtRule blackholeFrom(InetAddress source, long priority) {
    return new RtRule(
        RtPrefix.family(source),
        priority,
        Optional.of(RtPrefix.host(source)),
        Optional.empty(),
        RtConst.FR_ACT_BLACKHOLE,
        0,
        0,
        0,
        0,
        false,
        "");
  }

  /** Nothing that came in by a device goes on to this address. */
  public static RtRule noTransit(String device, InetAddress target, long priority) {
    return new RtRule(
        RtPrefix.family(target),
        priority,
        Optional.empty(),
        Optional.of(RtPrefix.host(target)),
        RtConst.FR_ACT_BLACKHOLE,
        0,
        0,
        0,
        0,
        false,
        device);
  }

  /** Looks a table up, for every packet of a family. */
  public static RtRule lookup(int family, int table, long priority) {
    return new RtRule(
        family,
        priority,
        Optional.empty(),
        Optional.empty(),
        RtConst.FR_ACT_TO_TBL,
        table,
        0,
        0,
        0,
        false,
        "");
  }

  /** The same rule for packets from a prefix. */
  public RtRule withFrom(RtPrefix prefix) {
    return new RtRule(
        family,
        priority,
        Optional.of(prefix),
        to,
        action,
        table,
        mark,
        markMask,
        protocol,
        invert,
        input);
  }

  /** The same rule for packets to a prefix. */
  public RtRule withTo(RtPrefix prefix) {
    return new RtRule(
        family,
        priority,
        from,
        Optional.of(prefix),
        action,
        table,
        mark,
        markMask,
        protocol,
        invert,
        input);
  }

  /** The same rule for packets that come in by a device. */
  public RtRule withInput(String device) {
    return new RtRule(
        family, priority, from, to, action, table, mark, markMask, protocol, invert, device);
  }

  /** The same rule for packets of a mark; inverted, for all others. */
  public RtRule withMark(int value, int mask, boolean inverted) {
    return new RtRule(
        family, priority, from, to, action, table, value, mask, protocol, inverted, input);
  }

  /** The same rule, as of somebody. */
  public RtRule withProtocol(int value) {
    return new RtRule(
        family, priority, from, to, action, table, mark, markMask, value, invert, input);
  }

  static RtRule read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(FibRuleHdr.SIZE, "fib_rule_hdr");
    FibRuleHdr fixed = FibRuleHdr.read(message.buffer(), at);
    RtPrefix from = null;
    RtPrefix to = null;
    long priority = 0;
    int table = fixed.table();
    int mark = 0;
    int markMask = 0;
    int protocol = 0;
    String input = "";
    NlAttr attr = message.attributesBehind(FibRuleHdr.SIZE);
    while (attr.next()) {
      switch (attr.type()) {
        case RtConst.FRA_SRC -> from = RtParse.prefix(attr.address("FRA_SRC"), fixed.srcLen());
        case RtConst.FRA_DST -> to = RtParse.prefix(attr.address("FRA_DST"), fixed.dstLen());
        case RtConst.FRA_PRIORITY -> priority = attr.u32("FRA_PRIORITY");
        case RtConst.FRA_TABLE -> table = attr.i32("FRA_TABLE");
        case RtConst.FRA_FWMARK -> mark = attr.i32("FRA_FWMARK");
        case RtConst.FRA_FWMASK -> markMask = attr.i32("FRA_FWMASK");
        case RtConst.FRA_PROTOCOL -> protocol = attr.u8("FRA_PROTOCOL");
        case RtConst.FRA_IIFNAME -> input = attr.string();
        default -> {} // the other device, ports, users: not set by us
      }
    }
    return new RtRule(
        fixed.family(),
        priority,
        Optional.ofNullable(from),
        Optional.ofNullable(to),
        fixed.action(),
        table,
        mark,
        markMask,
        protocol,
        (fixed.flags() & RtConst.FIB_RULE_INVERT) != 0,
        input);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("pref ").append(priority);
    text.append(family == NlConst.AF_INET6 ? " inet6" : " inet");
    from.ifPresent(prefix -> text.append(" from ").append(prefix));
    to.ifPresent(prefix -> text.append(" to ").append(prefix));
    if (!input.isEmpty()) {
      text.append(" iif ").append(input);
    }
    if (mark != 0 || markMask != 0) {
      text.append(" fwmark ").append(Integer.toHexString(mark));
    }
    return text.append(action == RtConst.FR_ACT_TO_TBL ? " lookup " + table : " action " + action)
        .toString();
  }
}
