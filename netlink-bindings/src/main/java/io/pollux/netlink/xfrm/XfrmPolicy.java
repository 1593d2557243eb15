package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import java.util.ArrayList;
import java.util.List;

/**
 * A policy: what the kernel tells about one, and what {@link NewPolicy} takes. Made by {@link #of}
 * and the {@code with} methods.
 */
public record XfrmPolicy(XfrmUserpolicyInfo info, XfrmAttributes attributes) {
  public static XfrmPolicy read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(XfrmUserpolicyInfo.SIZE, "xfrm_userpolicy_info");
    return new XfrmPolicy(
        XfrmUserpolicyInfo.read(message.buffer(), at),
        XfrmAttributes.read(message.attributesBehind(XfrmUserpolicyInfo.SIZE)));
  }

  /**
   * A policy without limits that allows, its packets unprotected until it has templates.
   *
   * @param dir XFRM_POLICY_IN, XFRM_POLICY_OUT or XFRM_POLICY_FWD
   * @param priority a smaller one wins
   */
  public static XfrmPolicy of(XfrmSelector sel, int dir, long priority) {
    return new XfrmPolicy(
        new XfrmUserpolicyInfo(
            sel,
            XfrmLifetimeCfg.UNLIMITED,
            XfrmLifetimeCur.ZERO,
            priority,
            0,
            dir,
            XfrmConst.XFRM_POLICY_ALLOW,
            0,
            XfrmConst.XFRM_SHARE_ANY),
        XfrmAttributes.NONE);
  }

  /** The same policy with SAs that a packet must use, innermost first. */
  public XfrmPolicy withTemplates(XfrmUserTmpl... templates) {
    return with(new XfrmAttribute.Structs(XfrmAttributeType.XFRMA_TMPL, List.of(templates)));
  }

  /** The same policy for packets of a mark. */
  public XfrmPolicy withMark(XfrmMark mark) {
    return with(new XfrmAttribute.Struct(XfrmAttributeType.XFRMA_MARK, mark));
  }

  /** The same policy for packets of an XFRM interface. */
  public XfrmPolicy withIfId(int ifId) {
    return with(new XfrmAttribute.U32(XfrmAttributeType.XFRMA_IF_ID, Integer.toUnsignedLong(ifId)));
  }

  /** The same policy dropping what it matches. */
  public XfrmPolicy blocking() {
    return withInfo(info.index(), XfrmConst.XFRM_POLICY_BLOCK, info.flags());
  }

  /** The same policy at an index; its low three bits are the direction. */
  public XfrmPolicy withIndex(int index) {
    return withInfo(index, info.action(), info.flags());
  }

  /** The same policy with XFRM_POLICY_LOCALOK, XFRM_POLICY_ICMP. */
  public XfrmPolicy withFlags(int flags) {
    return withInfo(info.index(), info.action(), flags);
  }

  public List<XfrmUserTmpl> templates() {
    return attributes.structs(XfrmAttributeType.XFRMA_TMPL, XfrmUserTmpl.class);
  }

  private XfrmPolicy with(XfrmAttribute attribute) {
    List<XfrmAttribute> all = new ArrayList<>(attributes.all());
    all.removeIf(old -> old.number() == attribute.number());
    all.add(attribute);
    return new XfrmPolicy(info, new XfrmAttributes(all));
  }

  private XfrmPolicy withInfo(int index, int action, int flags) {
    return new XfrmPolicy(
        new XfrmUserpolicyInfo(
            info.sel(),
            info.lft(),
            info.curlft(),
            info.priority(),
            index,
            info.dir(),
            action,
            flags,
            info.share()),
        attributes);
  }

  @Override
  public String toString() {
    return info.sel()
        + " dir="
        + XfrmText.direction(info.dir())
        + " prio="
        + info.priority()
        + (info.sel().family() == NlConst.AF_UNSPEC ? " any family" : "");
  }
}
