package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What names a policy: index, or selector and direction, and with them the mark and the interface.
 *
 * @param qualifiers XFRMA_MARK and XFRMA_IF_ID as the policy has them
 */
public record PolicyKey(XfrmUserpolicyId id, XfrmAttributes qualifiers) {
  /** The key of a policy that somebody holds. */
  public static PolicyKey of(XfrmPolicy policy) {
    List<XfrmAttribute> named = new ArrayList<>();
    for (XfrmAttribute attribute : policy.attributes().all()) {
      if (attribute.number() == XfrmAttributeType.XFRMA_MARK.number()
          || attribute.number() == XfrmAttributeType.XFRMA_IF_ID.number()) {
        named.add(attribute);
      }
    }
    return new PolicyKey(
        new XfrmUserpolicyId(policy.info().sel(), 0, policy.info().dir()),
        new XfrmAttributes(named));
  }

  /** By the kernel's number for it. */
  public static PolicyKey ofIndex(int index, int dir) {
    return new PolicyKey(
        new XfrmUserpolicyId(XfrmSelector.any(0), index, dir), XfrmAttributes.NONE);
  }

  void write(NlBuffer out) {
    out.struct(id);
    qualifiers.write(out);
  }

  @Override
  public String toString() {
    String what = id.index() == 0 ? id.sel().toString() : "index=" + id.index();
    return what + " dir=" + XfrmText.direction(id.dir());
  }
}
