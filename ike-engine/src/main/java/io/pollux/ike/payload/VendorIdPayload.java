package io.pollux.ike.payload;

import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/** V, RFC 7296 section 3.12. */
public record VendorIdPayload(Octets vendorId) implements Payload {
  static VendorIdPayload read(WireReader in) {
    return new VendorIdPayload(in.rest());
  }

  @Override
  public int number() {
    return PayloadType.VENDOR_ID.number();
  }

  @Override
  public void write(WireWriter out) {
    out.octets(vendorId);
  }
}
