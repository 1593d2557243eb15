package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/** EAP, RFC 7296 section 3.16: one EAP message, not looked into. */
public record EapPayload(Octets message) implements Payload {
  private static final int MIN = 4; // code, identifier, length

  static EapPayload read(WireReader in) throws Malformed {
    if (in.remaining() < MIN) {
      throw Malformed.syntax("EAP Message", in.remaining() + " octets");
    }
    return new EapPayload(in.rest());
  }

  @Override
  public int number() {
    return PayloadType.EAP.number();
  }

  @Override
  public void write(WireWriter out) {
    out.octets(message);
  }
}
