package io.pollux.netlink.conn;

/** Which requests of a datagram ask for an acknowledgement. Refusals come back in either case. */
public enum AckMode {
  /** Each one: what the kernel had to drop is known one by one. */
  EACH,
  /** The last one: cheaper, for many requests that hardly ever fail. */
  LAST
}
