package io.pollux.netlink.route;

import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlRequest;

/** A request of rtnetlink. */
public interface RouteNlRequest extends NlRequest {
  RtMsgType msgType();

  @Override
  default int protocol() {
    return NlConst.NETLINK_ROUTE;
  }

  @Override
  default int type() {
    return msgType().number();
  }

  @Override
  default String operation() {
    return msgType().name();
  }
}
