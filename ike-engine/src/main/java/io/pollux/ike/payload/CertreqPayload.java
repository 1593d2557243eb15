package io.pollux.ike.payload;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/**
 * CERTREQ, RFC 7296 section 3.7.
 *
 * @param authorities with encoding 4: SHA-1 hashes of the trust anchors' public keys, 20 octets
 *     each
 */
public record CertreqPayload(int encoding, Octets authorities) implements Payload {
  static CertreqPayload read(WireReader in) throws Malformed {
    return new CertreqPayload(in.u8("Cert Encoding"), in.rest());
  }

  @Override
  public int number() {
    return PayloadType.CERTREQ.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u8(encoding).octets(authorities);
  }
}
