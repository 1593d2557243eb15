package io.pollux.agent.control;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The frames of an answer. */
final class Frames {
  static final byte OUT = 'o';
  static final byte ERR = 'e';
  static final byte EXIT = 'x';

  /** A question: who says yes to it sends the request again, with {@code confirmed} = its text. */
  static final byte QUESTION = 'q';

  /** Longest piece of text in a frame, in octets. */
  static final int MOST = 32 << 10;

  private Frames() {}

  static ByteBuf text(ByteBufAllocator allocator, byte type, byte[] octets, int from, int length) {
    return allocator
        .buffer(5 + length)
        .writeByte(type)
        .writeInt(length)
        .writeBytes(octets, from, length);
  }

  static ByteBuf exit(ByteBufAllocator allocator, int status) {
    return allocator.buffer(6).writeByte(EXIT).writeInt(1).writeByte(status);
  }
}
