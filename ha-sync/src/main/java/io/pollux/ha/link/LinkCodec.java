package io.pollux.ha.link;

import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.FrameReader;
import io.pollux.ha.journal.FrameWriter;
import io.pollux.ha.journal.MalformedFrame;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.journal.SnapshotChunk;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.wire.Octets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Link messages as octets: length of what follows (4), type (1), body. Fields that a newer version
 * adds at the end of a body are skipped. So are messages whose type is {@link #SKIPPABLE} or above:
 * a newer version gives such a number to what an older one can do without. Any other unknown type
 * ends the link.
 */
public final class LinkCodec {
  /** The link protocol that is spoken here. */
  public static final int VERSION = 1;

  /** From this type on, a message that is not known is left out. */
  static final int SKIPPABLE = 128;

  static final int HEADER = 4;
  private static final int MOST_SKIPPED = 64 << 10;

  /** One row per message: its number, and how long its body may be. */
  enum Type {
    HELLO(1, 4 << 10),
    RESUME(2, 256),
    SYNC(3, 256),
    FRAME(4, 4 << 20), // an IKE SA that comes with 8,000 children
    CHUNK(5, SnapshotChunk.MAX_OCTETS + 256),
    ACK(6, 256),
    HEARTBEAT(7, 4 << 10),
    ROLE(8, 16 << 10),
    CONTROL(9, 64 << 10),
    CLOSING(SKIPPABLE, 4 << 10);

    final int number;
    final int maxOctets;

    Type(int number, int maxOctets) {
      this.number = number;
      this.maxOctets = maxOctets;
    }

    static Type of(int number) throws MalformedLink {
      for (Type type : values()) {
        if (type.number == number) {
          return type;
        }
      }
      throw new MalformedLink(
          "message type "
              + number
              + " is not known to link protocol "
              + VERSION
              + ": the other node runs another version");
    }
  }

  private LinkCodec() {}

  /** The whole message, length first. */
  public static byte[] encode(LinkMessage message) {
    FrameWriter out = new FrameWriter();
    out.fixed32(0);
    Type type = write(out, message);
    byte[] octets = out.finish();
    if (octets.length - HEADER - 1 > type.maxOctets) {
      throw new IllegalArgumentException(type + " of " + octets.length + " octets");
    }
    ByteBuffer.wrap(octets).order(ByteOrder.BIG_ENDIAN).putInt(0, octets.length - HEADER);
    return octets;
  }

  /** Whether a message of this type is for newer versions alone. */
  static boolean isSkipped(byte typeOctet) {
    int number = Byte.toUnsignedInt(typeOctet);
    return number >= SKIPPABLE && Arrays.stream(Type.values()).noneMatch(t -> t.number == number);
  }

  /** Checks the length that a message announces, as soon as its type is known. */
  static void requireLength(int length, byte typeOctet) throws MalformedLink {
    if (isSkipped(typeOctet)) {
      if (length < 1 || length > MOST_SKIPPED) {
        throw new MalformedLink(
            "message to be skipped of " + Integer.toUnsignedString(length) + " octets");
      }
      return;
    }
    Type type = Type.of(Byte.toUnsignedInt(typeOctet));
    if (length < 1 || length - 1 > type.maxOctets) {
      throw new MalformedLink(type + " of " + Integer.toUnsignedString(length) + " octets");
    }
  }

  /** Reads a message without its length field. */
  public static LinkMessage decode(byte[] octets) throws MalformedLink {
    if (octets.length < 1) {
      throw new MalformedLink("empty message");
    }
    requireLength(octets.length, octets[0]);
    Type type = Type.of(Byte.toUnsignedInt(octets[0]));
    FrameReader in = new FrameReader(Arrays.copyOfRange(octets, 1, octets.length));
    try {
      return read(type, in);
    } catch (MalformedFrame wrong) {
      throw new MalformedLink(type + ": " + wrong.getMessage());
    }
  }

  private static Type write(FrameWriter out, LinkMessage message) {
    Type type =
        switch (message) {
          case LinkMessage.Hello _ -> Type.HELLO;
          case LinkMessage.Resume _ -> Type.RESUME;
          case LinkMessage.Sync _ -> Type.SYNC;
          case LinkMessage.Frame _ -> Type.FRAME;
          case LinkMessage.Chunk _ -> Type.CHUNK;
          case LinkMessage.Ack _ -> Type.ACK;
          case LinkMessage.Heartbeat _ -> Type.HEARTBEAT;
          case LinkMessage.Role _ -> Type.ROLE;
          case LinkMessage.Control _ -> Type.CONTROL;
          case LinkMessage.Closing _ -> Type.CLOSING;
        };
    out.u8(type.number);
    switch (message) {
      case LinkMessage.Hello(var oldest, var newest, var node, var epoch, var last, var digest) -> {
        out.u32(oldest);
        out.u32(newest);
        out.text(node);
        out.u64(epoch);
        out.u64(last);
        out.octets(digest.toArray());
      }
      case LinkMessage.Resume(var request, var epoch, var lastIndex, var snapshot) -> {
        out.u32(request);
        out.u64(epoch);
        out.u64(lastIndex);
        out.bool(snapshot);
      }
      case LinkMessage.Sync(var request, var snapshot, var epoch, var from, var target) -> {
        out.u32(request);
        out.bool(snapshot);
        out.u64(epoch);
        out.u64(from);
        out.u64(target);
      }
      case LinkMessage.Frame(var frame) -> out.octets(FrameCodec.encode(frame));
      case LinkMessage.Chunk(var chunk) -> write(out, chunk);
      case LinkMessage.Ack(var epoch, var received, var armed) -> {
        out.u64(epoch);
        out.u64(received);
        out.u64(armed);
      }
      case LinkMessage.Heartbeat(var stampNs, var echoNs, var heldNs, var health) -> {
        out.fixed64(stampNs);
        out.fixed64(echoNs);
        out.u64(heldNs);
        out.octets(health.toArray());
      }
      case LinkMessage.Role(var octets) -> out.octets(octets.toArray());
      case LinkMessage.Control(var octets) -> out.octets(octets.toArray());
      case LinkMessage.Closing(var reason) -> out.text(reason);
    }
    return type;
  }

  private static void write(FrameWriter out, SnapshotChunk chunk) {
    switch (chunk) {
      case SnapshotChunk(
              var epoch,
              var segment,
              var index,
              var part,
              var last,
              var heldNs,
              var octets) -> {
        out.u64(epoch);
        out.fixed32(segment.value());
        out.u64(index);
        out.u32(part);
        out.bool(last);
        out.u64(heldNs);
        octets.use(
            value -> {
              out.octets(value);
              return null;
            });
      }
    }
  }

  private static LinkMessage read(Type type, FrameReader in) throws MalformedFrame {
    return switch (type) {
      case HELLO ->
          new LinkMessage.Hello(
              in.u32("oldest version"),
              in.u32("newest version"),
              in.text("node"),
              in.u64("epoch"),
              in.u64("last index"),
              Octets.owning(in.octets("configuration digest")));
      case RESUME ->
          new LinkMessage.Resume(
              in.u32("request"), in.u64("epoch"), in.u64("last index"), in.bool("snapshot"));
      case SYNC ->
          new LinkMessage.Sync(
              in.u32("request"),
              in.bool("snapshot"),
              in.u64("epoch"),
              in.u64("from"),
              in.u64("target"));
      case FRAME -> new LinkMessage.Frame(FrameCodec.read(in.octets("frame")));
      case CHUNK ->
          new LinkMessage.Chunk(
              new SnapshotChunk(
                  in.u64("epoch"),
                  new Segment(in.fixed32("segment")),
                  in.u64("index"),
                  in.u32("part"),
                  in.bool("last"),
                  in.u64("held"),
                  Secret.owning(in.octets("chunk"))));
      case ACK -> new LinkMessage.Ack(in.u64("epoch"), in.u64("received"), in.u64("armed"));
      case HEARTBEAT ->
          new LinkMessage.Heartbeat(
              in.fixed64("stamp"),
              in.fixed64("echo"),
              in.u64("held"),
              Octets.owning(in.octets("health")));
      case ROLE -> new LinkMessage.Role(Octets.owning(in.octets("octets")));
      case CONTROL -> new LinkMessage.Control(Octets.owning(in.octets("octets")));
      case CLOSING -> new LinkMessage.Closing(in.text("reason"));
    };
  }
}
