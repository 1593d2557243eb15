package io.pollux.netlink.wire;

/** One request to the kernel: what it is called, and how its message is written. */
public interface NlRequest {
  /** The netlink family that understands it: NETLINK_XFRM or NETLINK_ROUTE. */
  int protocol();

  /** nlmsg_type. */
  int type();

  /** nlmsg_flags beside NLM_F_REQUEST and NLM_F_ACK, which the sender adds. */
  int flags();

  /** Writes struct and attributes, without the header. */
  void writeBody(NlBuffer out);

  /** The message's name in the kernel header, for errors. */
  String operation();

  /** What it is about, such as {@code spi=c0ffee01 dst=192.0.2.7 proto=esp}, for errors. */
  String object();
}
