package io.pollux.ike.payload;

import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;

/**
 * SKF, RFC 7383 section 2.5, still closed.
 *
 * @param firstInner the payload type of the message's first inner payload in fragment 1, else 0
 * @param fragmentNumber from 1
 * @param body initialization vector, ciphertext and integrity checksum data
 */
public record SkfPayload(int firstInner, int fragmentNumber, int totalFragments, Octets body)
    implements Payload {
  @Override
  public int number() {
    return PayloadType.SKF.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u16(fragmentNumber).u16(totalFragments).octets(body);
  }
}
