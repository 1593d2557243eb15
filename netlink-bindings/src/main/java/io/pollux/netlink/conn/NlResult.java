package io.pollux.netlink.conn;

import io.pollux.linux.Errno;
import io.pollux.netlink.wire.NlExtAck;
import io.pollux.netlink.wire.NlRequest;

/** What became of a request. */
public sealed interface NlResult {
  /** The kernel has done it. */
  record Ok() implements NlResult {
    static final Ok OK = new Ok();

    @Override
    public String toString() {
      return "ok";
    }
  }

  /**
   * The kernel has refused it.
   *
   * @param errno the number, such as 22
   * @param errnoName its name, such as EINVAL
   * @param extAck the kernel's own words; empty if it had none
   * @param operation the message's name in the kernel header
   * @param object what the request was about
   */
  record Refused(int errno, String errnoName, String extAck, String operation, String object)
      implements NlResult {
    static Refused of(NlRequest request, NlExtAck ack) {
      return new Refused(
          ack.error(),
          Errno.nameOf(ack.error()),
          words(ack),
          request.operation(),
          request.object());
    }

    /** For an answer that the kernel had to drop: whether it has done it is not known. */
    static Refused lost(NlRequest request) {
      return new Refused(
          Errno.ENOBUFS.number(),
          Errno.ENOBUFS.name(),
          "answer lost: receive buffer full",
          request.operation(),
          request.object());
    }

    private static String words(NlExtAck ack) {
      if (!ack.msg().isEmpty() || ack.missType() < 0) {
        return ack.msg();
      }
      return "attribute " + ack.missType() + " is missing";
    }

    public boolean is(Errno other) {
      return other.is(errno);
    }

    /** {@code XFRM_MSG_NEWAE spi=c0ffee01 dst=192.0.2.7 proto=esp: EINVAL (the kernel's words)}. */
    @Override
    public String toString() {
      String text = extAck.isEmpty() ? Errno.textOf(errno) : extAck;
      return operation
          + " "
          + object
          + ": "
          + errnoName
          + (text.isEmpty() ? "" : " (" + text + ")");
    }
  }

  /** Throws what was refused. */
  default void orThrow() {
    if (this instanceof Refused refused) {
      throw new NetlinkException(refused);
    }
  }

  /** Whether the kernel has done it. */
  default boolean ok() {
    return this instanceof Ok;
  }

  /** Whether the kernel has refused it with this errno. */
  default boolean refusedWith(Errno errno) {
    return this instanceof Refused refused && refused.is(errno);
  }
}
