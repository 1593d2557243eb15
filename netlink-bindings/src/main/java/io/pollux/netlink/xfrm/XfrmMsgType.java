package io.pollux.netlink.xfrm;

/** XFRM_MSG_*, linux/xfrm.h, each with the size of the struct that its body starts with. */
public enum XfrmMsgType {
  XFRM_MSG_NEWSA(16, XfrmUsersaInfo.SIZE),
  XFRM_MSG_DELSA(17, XfrmUsersaId.SIZE),
  XFRM_MSG_GETSA(18, XfrmUsersaId.SIZE),
  XFRM_MSG_NEWPOLICY(19, XfrmUserpolicyInfo.SIZE),
  XFRM_MSG_DELPOLICY(20, XfrmUserpolicyId.SIZE),
  XFRM_MSG_GETPOLICY(21, XfrmUserpolicyId.SIZE),
  XFRM_MSG_ALLOCSPI(22, XfrmUserspiInfo.SIZE),
  XFRM_MSG_ACQUIRE(23, XfrmUserAcquire.SIZE),
  XFRM_MSG_EXPIRE(24, XfrmUserExpire.SIZE),
  XFRM_MSG_UPDPOLICY(25, XfrmUserpolicyInfo.SIZE),
  XFRM_MSG_UPDSA(26, XfrmUsersaInfo.SIZE),
  XFRM_MSG_POLEXPIRE(27, XfrmUserPolexpire.SIZE),
  XFRM_MSG_FLUSHSA(28, XfrmMsgType.USERSA_FLUSH_SIZE),
  XFRM_MSG_FLUSHPOLICY(29, 0),
  XFRM_MSG_NEWAE(30, XfrmAeventId.SIZE),
  XFRM_MSG_GETAE(31, XfrmAeventId.SIZE),
  XFRM_MSG_REPORT(32, XfrmUserReport.SIZE),
  XFRM_MSG_MIGRATE(33, XfrmUserpolicyId.SIZE),
  XFRM_MSG_NEWSADINFO(34, XfrmMsgType.U32_SIZE),
  XFRM_MSG_GETSADINFO(35, XfrmMsgType.U32_SIZE),
  XFRM_MSG_NEWSPDINFO(36, XfrmMsgType.U32_SIZE),
  XFRM_MSG_GETSPDINFO(37, XfrmMsgType.U32_SIZE),
  XFRM_MSG_MAPPING(38, XfrmUserMapping.SIZE),
  XFRM_MSG_SETDEFAULT(39, XfrmUserpolicyDefault.SIZE),
  XFRM_MSG_GETDEFAULT(40, XfrmUserpolicyDefault.SIZE);

  /** struct xfrm_usersa_flush: the protocol alone. */
  static final int USERSA_FLUSH_SIZE = 1;

  private static final int U32_SIZE = 4; // the flags word of the info messages
  private static final XfrmMsgType[] BY_NUMBER = new XfrmMsgType[64];

  static {
    for (XfrmMsgType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  private final int number;
  private final int bodySize;

  XfrmMsgType(int number, int bodySize) {
    this.number = number;
    this.bodySize = bodySize;
  }

  /** nlmsg_type. */
  public int number() {
    return number;
  }

  /** Octets of the struct at the start of the body. */
  public int bodySize() {
    return bodySize;
  }

  /** The type of a number, or null: a newer kernel may have more. */
  public static XfrmMsgType of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }
}
