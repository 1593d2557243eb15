package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBytes;
import java.nio.ByteBuffer;

/**
 * A security parameter index, RFC 4303 section 2.1, as the number that is spoken of: {@code __be32}
 * in the kernel's structs.
 *
 * @param value 32 unsigned bits; 0 is "any" or "none"
 */
public record Spi(int value) {
  /** No SPI: in templates, and while the kernel waits for one. */
  public static final Spi ZERO = new Spi(0);

  public static Spi read(ByteBuffer in, int at) {
    return new Spi(NlBytes.be32(in, at));
  }

  public void write(ByteBuffer out, int at) {
    NlBytes.putBe32(out, at, value);
  }

  /** Eight hexadecimal digits. */
  @Override
  public String toString() {
    return XfrmText.hex8(value);
  }
}
