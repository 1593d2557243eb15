package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlQuery;
import java.net.InetAddress;

/**
 * XFRM_MSG_ALLOCSPI: makes a larval SA with an SPI that nobody uses, and tells it. No free one:
 * ENOENT.
 *
 * @param min smallest SPI, at least 256 (RFC 4303 section 2.1)
 * @param max largest SPI; both included
 */
public record AllocSpi(XfrmUsersaInfo info, long min, long max)
    implements XfrmRequest, NlQuery<XfrmSa> {
  /** An ESP SPI for packets from source to destination. */
  public static AllocSpi esp(
      InetAddress source, InetAddress destination, Reqid reqid, long min, long max) {
    NewSa larval = NewSa.builder(Spi.ZERO, source, destination).reqid(reqid).build();
    return new AllocSpi(larval.info(), min, max);
  }

  @Override
  public XfrmMsgType msgType() {
    return XfrmMsgType.XFRM_MSG_ALLOCSPI;
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(new XfrmUserspiInfo(info, min, max));
  }

  @Override
  public XfrmSa read(NlMessages answer) throws MalformedNetlink {
    return answer.type() == XfrmMsgType.XFRM_MSG_NEWSA.number() ? XfrmSa.read(answer) : null;
  }

  @Override
  public String object() {
    return new XfrmSa(info, XfrmAttributes.NONE)
        + " from "
        + XfrmText.hex8((int) min)
        + " to "
        + XfrmText.hex8((int) max);
  }
}
