package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlRequest;

/** A request of the XFRM family. */
public interface XfrmRequest extends NlRequest {
  XfrmMsgType msgType();

  @Override
  default int protocol() {
    return NlConst.NETLINK_XFRM;
  }

  @Override
  default int type() {
    return msgType().number();
  }

  @Override
  default int flags() {
    return 0;
  }

  @Override
  default String operation() {
    return msgType().name();
  }
}
