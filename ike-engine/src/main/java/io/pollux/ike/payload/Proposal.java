package io.pollux.ike.payload;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A proposal substructure (RFC 7296 section 3.3.1) with its transforms (3.3.2) and their attributes
 * (3.3.5).
 *
 * @param number 1 for the first proposal, one more for each that follows
 * @param protocolId usually of {@link ProtocolId}
 * @param spi the sender's; empty in an initial IKE SA negotiation, 8 octets when an IKE SA is
 *     rekeyed, 4 for ESP and AH
 * @param transforms as offered; several of a type are alternatives
 */
public record Proposal(int number, int protocolId, Octets spi, List<Transform> transforms) {
  /** More than any honest peer offers in one proposal (strongSwan's full default has about 30). */
  static final int MAX_TRANSFORMS = 128;

  private static final int HEADER = 8;
  private static final int TRANSFORM_HEADER = 8;
  private static final int MORE_PROPOSALS = 2;
  private static final int MORE_TRANSFORMS = 3;
  private static final int KEY_LENGTH = 14; // attribute type, section 3.3.5
  private static final int TV = 0x8000; // attribute format bit: type and value

  public Proposal {
    transforms = List.copyOf(transforms);
  }

  /** The transforms of one type, in the order of the offer. */
  public List<Transform> ofType(TransformType type) {
    return transforms.stream().filter(t -> t.type() == type.number()).toList();
  }

  /** Reads one proposal; {@code last} is told whether it said that it is the last one. */
  static Proposal read(WireReader in, boolean[] last) throws Malformed {
    int more = in.u8("Proposal: Last Substruc");
    if (more != 0 && more != MORE_PROPOSALS) {
      throw Malformed.syntax("Proposal: Last Substruc", "value " + more);
    }
    last[0] = more == 0;
    in.skip(1, "Proposal: RESERVED");
    int length = in.u16("Proposal Length");
    WireReader body = in.sub(length - 4, "Proposal");
    int number = body.u8("Proposal Num");
    int protocolId = body.u8("Protocol ID");
    int spiSize = body.u8("SPI Size");
    int count = body.u8("Num Transforms");
    if (count > MAX_TRANSFORMS) {
      throw Malformed.syntax("Num Transforms", count + " are more than " + MAX_TRANSFORMS);
    }
    Octets spi = body.octets(spiSize, "SPI");
    List<Transform> transforms = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      transforms.add(readTransform(body, i == count - 1));
    }
    body.end("Proposal");
    return new Proposal(number, protocolId, spi, transforms);
  }

  private static Transform readTransform(WireReader in, boolean last) throws Malformed {
    int more = in.u8("Transform: Last Substruc");
    if (more != (last ? 0 : MORE_TRANSFORMS)) {
      throw Malformed.syntax("Transform: Last Substruc", "value " + more);
    }
    in.skip(1, "Transform: RESERVED");
    int length = in.u16("Transform Length");
    WireReader body = in.sub(length - 4, "Transform");
    int type = body.u8("Transform Type");
    body.skip(1, "Transform: RESERVED");
    int id = body.u16("Transform ID");
    int keyBits = 0;
    while (body.remaining() > 0) {
      int attribute = readAttribute(body);
      keyBits = keyBits == 0 ? attribute : Transform.UNKNOWN_ATTRIBUTE;
    }
    return new Transform(type, id, keyBits);
  }

  /** The key length in bits, or UNKNOWN_ATTRIBUTE for anything else. */
  private static int readAttribute(WireReader in) throws Malformed {
    int type = in.u16("Attribute Type");
    int value = in.u16("Attribute Value");
    if ((type & TV) == 0) {
      in.skip(value, "Attribute Value"); // here the second field is the length
      return Transform.UNKNOWN_ATTRIBUTE;
    }
    return (type & ~TV) == KEY_LENGTH && value > 0 ? value : Transform.UNKNOWN_ATTRIBUTE;
  }

  void write(WireWriter out, boolean last) {
    int start = out.size();
    out.u8(last ? 0 : MORE_PROPOSALS).u8(0).u16(0);
    out.u8(number).u8(protocolId).u8(spi.length()).u8(transforms.size()).octets(spi);
    for (int i = 0; i < transforms.size(); i++) {
      writeTransform(out, transforms.get(i), i == transforms.size() - 1);
    }
    out.patchU16(start + 2, out.size() - start);
  }

  private static void writeTransform(WireWriter out, Transform transform, boolean last) {
    boolean keyed = transform.keyBits() != 0;
    out.u8(last ? 0 : MORE_TRANSFORMS).u8(0).u16(TRANSFORM_HEADER + (keyed ? 4 : 0));
    out.u8(transform.type()).u8(0).u16(transform.id());
    if (keyed) {
      out.u16(TV | KEY_LENGTH).u16(transform.keyBits());
    }
  }
}
