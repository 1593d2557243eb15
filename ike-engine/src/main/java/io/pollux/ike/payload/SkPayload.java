package io.pollux.ike.payload;

import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;

/**
 * SK, RFC 7296 section 3.14, still closed.
 *
 * @param firstInner the payload type of the first payload inside, or 0
 * @param body initialization vector, ciphertext and integrity checksum data
 */
public record SkPayload(int firstInner, Octets body) implements Payload {
  @Override
  public int number() {
    return PayloadType.SK.number();
  }

  @Override
  public void write(WireWriter out) {
    out.octets(body);
  }
}
