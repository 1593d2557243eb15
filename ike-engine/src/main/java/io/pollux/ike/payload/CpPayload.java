package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * CP, RFC 7296 section 3.15.
 *
 * @param cfgType 1 CFG_REQUEST, 2 CFG_REPLY, 3 CFG_SET, 4 CFG_ACK
 */
public record CpPayload(int cfgType, List<Attribute> attributes) implements Payload {
  /** Every registered attribute several times over. */
  static final int MAX_ATTRIBUTES = 256;

  private static final int RESERVED_BIT = 0x8000; // of the attribute type; ignored when received

  public CpPayload {
    attributes = List.copyOf(attributes);
  }

  /** One configuration attribute (section 3.15.1); type 0 to 32767. */
  public record Attribute(int type, Octets value) {}

  static CpPayload read(WireReader in) throws Malformed {
    int cfgType = in.u8("CFG Type");
    in.skip(3, "CP: RESERVED");
    List<Attribute> attributes = new ArrayList<>();
    while (in.remaining() > 0) {
      if (attributes.size() == MAX_ATTRIBUTES) {
        throw Malformed.syntax("CP", "more than " + MAX_ATTRIBUTES + " attributes");
      }
      int type = in.u16("Attribute Type") & ~RESERVED_BIT;
      int length = in.u16("Length");
      attributes.add(new Attribute(type, in.octets(length, "Attribute Value")));
    }
    return new CpPayload(cfgType, attributes);
  }

  @Override
  public int number() {
    return PayloadType.CP.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u8(cfgType).zeros(3);
    for (Attribute attribute : attributes) {
      out.u16(attribute.type()).u16(attribute.value().length()).octets(attribute.value());
    }
  }
}
