package io.pollux.netlink.route;

/** The RTM_* messages that are spoken here, linux/rtnetlink.h. */
public enum RtMsgType {
  RTM_NEWLINK(RtConst.RTM_NEWLINK),
  RTM_DELLINK(RtConst.RTM_DELLINK),
  RTM_GETLINK(RtConst.RTM_GETLINK),
  RTM_SETLINK(RtConst.RTM_SETLINK),
  RTM_NEWADDR(RtConst.RTM_NEWADDR),
  RTM_DELADDR(RtConst.RTM_DELADDR),
  RTM_GETADDR(RtConst.RTM_GETADDR),
  RTM_NEWROUTE(RtConst.RTM_NEWROUTE),
  RTM_DELROUTE(RtConst.RTM_DELROUTE),
  RTM_GETROUTE(RtConst.RTM_GETROUTE),
  RTM_NEWNEIGH(RtConst.RTM_NEWNEIGH),
  RTM_DELNEIGH(RtConst.RTM_DELNEIGH),
  RTM_GETNEIGH(RtConst.RTM_GETNEIGH),
  RTM_NEWRULE(RtConst.RTM_NEWRULE),
  RTM_DELRULE(RtConst.RTM_DELRULE),
  RTM_GETRULE(RtConst.RTM_GETRULE);

  private final int number;

  RtMsgType(int number) {
    this.number = number;
  }

  /** nlmsg_type. */
  public int number() {
    return number;
  }

  /** The type of a number, or null. */
  public static RtMsgType of(int number) {
    for (RtMsgType type : values()) {
      if (type.number == number) {
        return type;
      }
    }
    return null;
  }
}
