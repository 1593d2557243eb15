package io.pollux.ike.payload;

import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/**
 * IDi and IDr, RFC 7296 section 3.5.
 *
 * @param end whose identity it is
 * @param reserved the RESERVED field as received: AUTH covers it (section 2.15), so it is kept
 */
public record IdPayload(End end, Identity identity, int reserved) implements Payload {
  /** Longer than any distinguished name that we accept. */
  static final int MAX_DATA = 4096;

  /** Which of the two payloads. */
  public enum End {
    INITIATOR,
    RESPONDER
  }

  /** Our own payload, with the RESERVED field zero. */
  public IdPayload(End end, Identity identity) {
    this(end, identity, 0);
  }

  public static IdPayload idi(Identity identity) {
    return new IdPayload(End.INITIATOR, identity);
  }

  public static IdPayload idr(Identity identity) {
    return new IdPayload(End.RESPONDER, identity);
  }

  static IdPayload read(End end, WireReader in) throws Malformed {
    int type = in.u8("ID Type");
    int reserved = in.u8("ID: RESERVED") << 16 | in.u16("ID: RESERVED");
    int length = in.remaining();
    int fixed = fixedLength(type);
    if (length == 0 || length > MAX_DATA || (fixed != 0 && length != fixed)) {
      throw Malformed.syntax("Identification Data", length + " octets with ID type " + type);
    }
    return new IdPayload(end, new Identity(type, in.rest()), reserved);
  }

  private static int fixedLength(int type) {
    return switch (type) {
      case 1 -> 4; // ID_IPV4_ADDR
      case 5 -> 16; // ID_IPV6_ADDR
      default -> 0;
    };
  }

  /** RestOfInitIDPayload or RestOfRespIDPayload of section 2.15: what MACedIDForI or R covers. */
  public Octets body() {
    WireWriter out = new WireWriter();
    write(out);
    return out.toOctets();
  }

  @Override
  public int number() {
    return end == End.INITIATOR ? PayloadType.IDI.number() : PayloadType.IDR.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u8(identity.type()).u8(reserved >>> 16).u16(reserved & 0xffff).octets(identity.data());
  }
}
