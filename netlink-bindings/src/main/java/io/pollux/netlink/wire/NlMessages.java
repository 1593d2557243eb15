package io.pollux.netlink.wire;

import java.nio.ByteBuffer;

/**
 * Walks the messages of one datagram, without making an object for each: {@code while (m.next())
 * use(m.type(), m.body(), m.end())}. Offsets are absolute in {@link #buffer}.
 */
public final class NlMessages {
  private final ByteBuffer buffer;
  private int nextAt;
  private int limit;
  private int at;
  private int end;

  /** A walk over octets from start to end of a buffer in native order. */
  public NlMessages(ByteBuffer buffer, int start, int end) {
    this.buffer = buffer;
    reset(start, end);
  }

  /** Starts over on another part of the same buffer. */
  public void reset(int start, int limit) {
    this.nextAt = start;
    this.limit = limit;
    this.at = start;
    this.end = start;
  }

  /** Goes to the next message; false at the end. */
  public boolean next() throws MalformedNetlink {
    int rest = limit - nextAt;
    if (rest == 0) {
      return false;
    }
    if (rest < NlMsgHdr.SIZE) {
      throw new MalformedNetlink("nlmsghdr", rest + " octets left");
    }
    long length = NlBytes.u32(buffer, nextAt + NlMsgHdr.NLMSG_LEN);
    if (length < NlMsgHdr.SIZE || length > rest) {
      throw new MalformedNetlink("nlmsg_len", length + " with " + rest + " octets left");
    }
    at = nextAt;
    end = at + (int) length;
    // The padding of the last message may be absent.
    nextAt = Math.min(limit, at + NlMsgHdr.align((int) length));
    return true;
  }

  public ByteBuffer buffer() {
    return buffer;
  }

  public int type() {
    return NlBytes.u16(buffer, at + NlMsgHdr.NLMSG_TYPE);
  }

  public int flags() {
    return NlBytes.u16(buffer, at + NlMsgHdr.NLMSG_FLAGS);
  }

  public int seq() {
    return buffer.getInt(at + NlMsgHdr.NLMSG_SEQ);
  }

  public int pid() {
    return buffer.getInt(at + NlMsgHdr.NLMSG_PID);
  }

  /** Where the body starts, behind the header. */
  public int body() {
    return at + NlMsgHdr.SIZE;
  }

  /** Where the body ends. */
  public int end() {
    return end;
  }

  /** Checks that the body holds a struct of that size, and gives back where the body starts. */
  public int requireBody(int size, String struct) throws MalformedNetlink {
    int start = body();
    if (end - start < size) {
      throw new MalformedNetlink(struct, (end - start) + " octets of " + size);
    }
    return start;
  }

  /** The attributes behind a struct of that size. */
  public NlAttr attributesBehind(int size) {
    return new NlAttr(buffer, Math.min(end, body() + NlMsgHdr.align(size)), end);
  }
}
