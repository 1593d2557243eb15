package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/**
 * CERT, RFC 7296 section 3.6.
 *
 * @param encoding 4 = X.509 certificate for signatures, 12 and 13 = hash and URL, 15 = raw public
 *     key
 */
public record CertPayload(int encoding, Octets data) implements Payload {
  static CertPayload read(WireReader in) throws Malformed {
    return new CertPayload(in.u8("Cert Encoding"), in.rest());
  }

  @Override
  public int number() {
    return PayloadType.CERT.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u8(encoding).octets(data);
  }
}
