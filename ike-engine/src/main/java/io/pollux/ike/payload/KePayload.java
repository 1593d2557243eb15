package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/**
 * KE, RFC 7296 section 3.4.
 *
 * @param method transform type 4's number, 0 to 65535
 * @param data the public value; its length is checked by the key exchange itself
 */
public record KePayload(int method, Octets data) implements Payload {
  static KePayload read(WireReader in) throws Malformed {
    int method = in.u16("Diffie-Hellman Group Num");
    in.skip(2, "KE: RESERVED");
    if (in.remaining() == 0) {
      throw Malformed.syntax("Key Exchange Data", "empty");
    }
    return new KePayload(method, in.rest());
  }

  @Override
  public int number() {
    return PayloadType.KE.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u16(method).u16(0).octets(data);
  }
}
