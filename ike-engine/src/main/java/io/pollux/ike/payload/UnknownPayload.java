package io.pollux.ike.payload;

import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;

/** A payload of a type that we do not know (RFC 7296 section 2.5): skipped unless critical. */
public record UnknownPayload(int number, boolean critical, Octets body) implements Payload {
  @Override
  public void write(WireWriter out) {
    out.octets(body);
  }
}
