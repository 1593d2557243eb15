package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/** AUTH, RFC 7296 section 3.8. */
public record AuthPayload(int method, Octets data) implements Payload {
  /** RSA Digital Signature (section 3.8). */
  public static final int RSA_DIGITAL_SIGNATURE = 1;

  /** Shared Key Message Integrity Code (section 2.15). */
  public static final int SHARED_KEY_MESSAGE_INTEGRITY_CODE = 2;

  /** Digital Signature (RFC 7427 section 3). */
  public static final int DIGITAL_SIGNATURE = 14;

  static AuthPayload read(WireReader in) throws Malformed {
    int method = in.u8("Auth Method");
    in.skip(3, "AUTH: RESERVED");
    return new AuthPayload(method, in.rest());
  }

  @Override
  public int number() {
    return PayloadType.AUTH.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u8(method).zeros(3).octets(data);
  }
}
