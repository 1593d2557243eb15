package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * XFRM_MSG_FLUSHSA: deletes every SA of a protocol. None there: some kernels say ESRCH.
 *
 * @param proto IPPROTO_ESP and the like; 0 for all
 */
public record FlushSa(int proto) implements XfrmRequest {
  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_FLUSHSA;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new UsersaFlush(proto));
  }

  @Override
  public String object() {
    return "proto=" + XfrmText.protocol(proto);
  }

  /** struct xfrm_usersa_flush, linux/xfrm.h. */
  record UsersaFlush(int proto) implements NlStruct {
    @Override
    public int size() {
      return XfrmMsgType.USERSA_FLUSH_SIZE;
    }

    @Override
    public void write(ByteBuffer out, int at) {
      NlBytes.putU8(out, at, proto);
    }
  }
}
