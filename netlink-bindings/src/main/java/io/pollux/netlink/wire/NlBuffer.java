package io.pollux.netlink.wire;

import java.net.InetAddress;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Builds netlink messages in one buffer in native order, used over and over. It never grows: what
 * does not fit throws {@link BufferOverflowException}, and {@link #request} takes the half message
 * back. What lies behind {@link #position} is always zero, so padding needs no writing and nothing
 * of an earlier message (keys, above all) is ever left. Not safe for several threads.
 */
public final class NlBuffer {
  private final ByteBuffer buffer;
  private int position;
  private int messageAt = -1;

  private NlBuffer(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  /** A direct buffer of that many octets. */
  public static NlBuffer allocate(int capacity) {
    return new NlBuffer(ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder()));
  }

  /** The whole buffer; what has been built is from 0 to {@link #position}. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** What has been built, as a view for sending. */
  public ByteBuffer built() {
    return buffer.slice(0, position).order(ByteOrder.nativeOrder());
  }

  public int position() {
    return position;
  }

  public int remaining() {
    return buffer.capacity() - position;
  }

  /** Forgets what has been built, with zeros over it. */
  public void clear() {
    truncate(0);
  }

  /** Takes back what has been built behind an earlier {@link #position}, with zeros over it. */
  public void truncate(int to) {
    for (; position - to >= Long.BYTES; position -= Long.BYTES) {
      buffer.putLong(position - Long.BYTES, 0);
    }
    for (; position > to; position--) {
      buffer.put(position - 1, (byte) 0);
    }
    messageAt = -1;
  }

  /** Writes one whole message: header, struct, attributes. On failure nothing of it is left. */
  public void request(NlRequest request, int extraFlags, int seq) {
    int before = position;
    try {
      begin(request.type(), request.flags() | NlConst.NLM_F_REQUEST | extraFlags, seq);
      request.writeBody(this);
      end();
    } catch (RuntimeException e) {
      truncate(before);
      throw e;
    }
  }

  /** Adds nlmsg_flags to a finished message that starts at an earlier {@link #position}. */
  public void addFlags(int messageStart, int more) {
    int at = messageStart + NlMsgHdr.NLMSG_FLAGS;
    NlBytes.putU16(buffer, at, NlBytes.u16(buffer, at) | more);
  }

  /** Starts a message. */
  public void begin(int type, int flags, int seq) {
    if (messageAt >= 0) {
      throw new IllegalStateException("a message is open");
    }
    int at = take(NlMsgHdr.SIZE);
    messageAt = at;
    NlBytes.putU16(buffer, at + NlMsgHdr.NLMSG_TYPE, type);
    NlBytes.putU16(buffer, at + NlMsgHdr.NLMSG_FLAGS, flags);
    buffer.putInt(at + NlMsgHdr.NLMSG_SEQ, seq);
  }

  /** Ends the message: its length is known now. */
  public void end() {
    NlBytes.putU32(buffer, messageAt + NlMsgHdr.NLMSG_LEN, position - messageAt);
    messageAt = -1;
  }

  /** Appends a struct and its padding. */
  public void struct(NlStruct struct) {
    int at = take(NlMsgHdr.align(struct.size()));
    struct.write(buffer, at);
  }

  public void attr(int type, NlStruct payload) {
    int size = payload.size();
    payload.write(buffer, attrHeader(type, size));
  }

  public void attrU8(int type, int value) {
    NlBytes.putU8(buffer, attrHeader(type, 1), value);
  }

  public void attrU16(int type, int value) {
    NlBytes.putU16(buffer, attrHeader(type, 2), value);
  }

  public void attrU32(int type, long value) {
    NlBytes.putU32(buffer, attrHeader(type, 4), value);
  }

  public void attrBe32(int type, int value) {
    NlBytes.putBe32(buffer, attrHeader(type, 4), value);
  }

  public void attrU64(int type, long value) {
    buffer.putLong(attrHeader(type, 8), value);
  }

  /** An attribute whose presence is all it says. */
  public void attrFlag(int type) {
    attrHeader(type, 0);
  }

  public void attrOctets(int type, NlOctets octets) {
    octets.write(buffer, attrHeader(type, octets.length()));
  }

  public void attrAddress(int type, InetAddress address) {
    byte[] octets = address.getAddress();
    buffer.put(attrHeader(type, octets.length), octets);
  }

  /** A string with its closing zero. */
  public void attrString(int type, String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    buffer.put(attrHeader(type, octets.length + 1), octets);
  }

  /**
   * Starts an attribute whose payload follows piece by piece; give the result to {@link #endAttr}.
   */
  public int beginAttr(int type) {
    int at = take(NlAttr.SIZE);
    NlBytes.putU16(buffer, at + NlAttr.NLA_TYPE, type);
    return at;
  }

  /** Starts an attribute that holds attributes, with NLA_F_NESTED. */
  public int beginNested(int type) {
    return beginAttr(type | NlConst.NLA_F_NESTED);
  }

  /** Ends what {@link #beginAttr} or {@link #beginNested} started. */
  public void endAttr(int started) {
    int length = position - started;
    if (length > 0xffff) {
      throw new BufferOverflowException();
    }
    NlBytes.putU16(buffer, started + NlAttr.NLA_LEN, length);
  }

  /** Header of an attribute; gives back where its payload goes. Padding is taken, and is zero. */
  private int attrHeader(int type, int length) {
    if (length > 0xffff - NlAttr.SIZE) {
      throw new BufferOverflowException();
    }
    int at = take(NlMsgHdr.align(NlAttr.SIZE + length));
    NlBytes.putU16(buffer, at + NlAttr.NLA_LEN, NlAttr.SIZE + length);
    NlBytes.putU16(buffer, at + NlAttr.NLA_TYPE, type);
    return at + NlAttr.SIZE;
  }

  private int take(int octets) {
    if (octets > remaining()) {
      throw new BufferOverflowException();
    }
    int at = position;
    position += octets;
    return at;
  }
}
