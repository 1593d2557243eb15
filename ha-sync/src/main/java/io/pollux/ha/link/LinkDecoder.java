package io.pollux.ha.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** Cuts the stream into messages; a length is checked before anything of that size is kept. */
final class LinkDecoder extends ByteToMessageDecoder {
  private final Runnable skipped;

  /**
   * Makes it.
   *
   * @param skipped called for each message that is left out
   */
  LinkDecoder(Runnable skipped) {
    this.skipped = skipped;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws MalformedLink {
    if (in.readableBytes() < LinkCodec.HEADER + 1) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    byte type = in.getByte(in.readerIndex() + LinkCodec.HEADER);
    LinkCodec.requireLength(length, type);
    if (in.readableBytes() < LinkCodec.HEADER + length) {
      return;
    }
    if (LinkCodec.isSkipped(type)) {
      in.skipBytes(LinkCodec.HEADER + length);
      skipped.run();
      return;
    }
    byte[] octets = new byte[length];
    in.skipBytes(LinkCodec.HEADER).readBytes(octets);
    out.add(LinkCodec.decode(octets));
  }
}
