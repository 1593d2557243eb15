package io.pollux.netlink.conn;

import io.pollux.netlink.xfrm.AeReading;

/** Takes the counters of one SA after the other during a sweep. */
@FunctionalInterface
public interface AeVisitor {
  /**
   * An SA's counters.
   *
   * @param index of the SA in the list that was swept
   * @param reading valid only during this call
   */
  void reading(int index, AeReading reading);

  /** An SA that the kernel does not know, or whose answer it had to drop. */
  default void refused(int index, NlResult.Refused why) {}
}
