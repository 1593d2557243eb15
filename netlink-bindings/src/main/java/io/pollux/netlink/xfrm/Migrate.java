package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * XFRM_MSG_MIGRATE: moves the SAs and templates of a policy to other addresses. ENOPROTOOPT where
 * the kernel was built without it.
 *
 * @param moves up to six
 */
public record Migrate(
    PolicyKey policy, List<XfrmUserMigrate> moves, Optional<XfrmUserKmaddress> kmaddress)
    implements XfrmRequest {
  public Migrate {
    moves = List.copyOf(moves);
  }

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_MIGRATE;
  }

  @Override
  public void writeBody(NlBuffer out) {
    List<XfrmAttribute> all = new ArrayList<>();
    all.add(new XfrmAttribute.Structs(XfrmAttributeType.XFRMA_MIGRATE, moves));
    kmaddress.ifPresent(
        km -> all.add(new XfrmAttribute.Struct(XfrmAttributeType.XFRMA_KMADDRESS, km)));
    policy.write(out);
    new XfrmAttributes(all).write(out);
  }

  @Override
  public String object() {
    return policy.toString();
  }
}
