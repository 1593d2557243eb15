package io.pollux.netlink.wire;

import java.nio.ByteBuffer;

/**
 * What an NLMSG_ERROR message says: struct nlmsgerr with the attributes of NETLINK_EXT_ACK,
 * linux/netlink.h. An acknowledgement is one with error 0.
 *
 * @param error the errno, positive; 0 for an acknowledgement
 * @param seq the sequence number of the request that it answers
 * @param msg the kernel's own words, empty if it has none
 * @param offs offset of the attribute that it dislikes, counted from the request's header; -1 if
 *     none
 * @param missType number of a required attribute that was absent; -1 if none
 */
public record NlExtAck(int error, int seq, String msg, int offs, int missType) {
  static final int SIZE = 20;
  private static final int ERROR = 0;
  private static final int MSG = 4;

  /** The errno alone, positive: without an object, for the acknowledgements of a batch. */
  public static int error(NlMessages message) throws MalformedNetlink {
    return -message.buffer().getInt(message.requireBody(SIZE, "nlmsgerr") + ERROR);
  }

  /** Reads an NLMSG_ERROR message. */
  public static NlExtAck read(NlMessages message) throws MalformedNetlink {
    ByteBuffer in = message.buffer();
    int at = message.requireBody(SIZE, "nlmsgerr");
    int error = -in.getInt(at + ERROR);
    int seq = in.getInt(at + MSG + NlMsgHdr.NLMSG_SEQ);
    if ((message.flags() & NlConst.NLM_F_ACK_TLVS) == 0) {
      return new NlExtAck(error, seq, "", -1, -1);
    }
    return readTlvs(error, seq, new NlAttr(in, tlvs(message, at, error), message.end()));
  }

  /** Reads the end of a dump (NLMSG_DONE), which may carry an error and the same attributes. */
  public static NlExtAck readDone(NlMessages message) throws MalformedNetlink {
    if (message.end() - message.body() < 4) {
      return new NlExtAck(0, message.seq(), "", -1, -1); // some dumps end without a number
    }
    int error = -message.buffer().getInt(message.body());
    if ((message.flags() & NlConst.NLM_F_ACK_TLVS) == 0) {
      return new NlExtAck(Math.max(error, 0), message.seq(), "", -1, -1);
    }
    return readTlvs(Math.max(error, 0), message.seq(), message.attributesBehind(4));
  }

  private static int tlvs(NlMessages message, int at, int error) throws MalformedNetlink {
    if (error == 0 || (message.flags() & NlConst.NLM_F_CAPPED) != 0) {
      return at + SIZE;
    }
    long echoed = NlBytes.u32(message.buffer(), at + MSG + NlMsgHdr.NLMSG_LEN);
    if (echoed < NlMsgHdr.SIZE || echoed > message.end() - at - MSG) {
      throw new MalformedNetlink("nlmsgerr", "echoes a request of " + echoed + " octets");
    }
    return Math.min(message.end(), at + MSG + NlMsgHdr.align((int) echoed));
  }

  private static NlExtAck readTlvs(int error, int seq, NlAttr attr) throws MalformedNetlink {
    String msg = "";
    int offs = -1;
    int missType = -1;
    while (attr.next()) {
      switch (attr.type()) {
        case NlConst.NLMSGERR_ATTR_MSG -> msg = attr.string();
        case NlConst.NLMSGERR_ATTR_OFFS -> offs = attr.i32("NLMSGERR_ATTR_OFFS");
        case NlConst.NLMSGERR_ATTR_MISS_TYPE -> missType = attr.i32("NLMSGERR_ATTR_MISS_TYPE");
        default -> {} // a newer kernel may say more
      }
    }
    return new NlExtAck(error, seq, msg, offs, missType);
  }
}
