package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/** Ni and Nr, RFC 7296 section 3.9: 16 to 256 octets. */
public record NoncePayload(Octets nonce) implements Payload {
  /** Section 3.9. */
  public static final int MIN = 16;

  /** Section 3.9. */
  public static final int MAX = 256;

  static NoncePayload read(WireReader in) throws Malformed {
    int length = in.remaining();
    if (length < MIN || length > MAX) {
      throw Malformed.syntax("Nonce Data", "length " + length);
    }
    return new NoncePayload(in.rest());
  }

  @Override
  public int number() {
    return PayloadType.NONCE.number();
  }

  @Override
  public void write(WireWriter out) {
    out.octets(nonce);
  }
}
