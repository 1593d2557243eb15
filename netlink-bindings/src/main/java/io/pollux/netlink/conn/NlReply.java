package io.pollux.netlink.conn;

import io.pollux.linux.Errno;

/**
 * What became of a query.
 *
 * @param <T> the answer
 */
public sealed interface NlReply<T> {
  /** The kernel has answered. */
  record Answer<T>(T value) implements NlReply<T> {}

  /** The kernel has refused. */
  record Failed<T>(NlResult.Refused why) implements NlReply<T> {}

  /** The answer, or what was refused as an exception. */
  default T orThrow() {
    return switch (this) {
      case Answer<T>(var value) -> value;
      case Failed<T>(var why) -> throw new NetlinkException(why);
    };
  }

  /** Whether the kernel has refused with this errno. */
  default boolean refusedWith(Errno errno) {
    return this instanceof Failed<T>(var why) && why.is(errno);
  }
}
