package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlMessages;
import java.util.Optional;

/** An SA as the kernel tells about it: answer of GETSA, dump, ALLOCSPI; body of NEWSA and UPDSA. */
public record XfrmSa(XfrmUsersaInfo info, XfrmAttributes attributes) {
  public static XfrmSa read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(XfrmUsersaInfo.SIZE, "xfrm_usersa_info");
    return new XfrmSa(
        XfrmUsersaInfo.read(message.buffer(), at),
        XfrmAttributes.read(message.attributesBehind(XfrmUsersaInfo.SIZE)));
  }

  /** What names this SA. */
  public XfrmUsersaId id() {
    return new XfrmUsersaId(info.id().daddr(), info.id().spi(), info.family(), info.id().proto());
  }

  public Optional<XfrmReplay> replay() {
    return attributes.replay();
  }

  @Override
  public String toString() {
    return id() + " reqid=" + info.reqid();
  }
}
