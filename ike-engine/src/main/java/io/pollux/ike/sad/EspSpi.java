package io.pollux.ike.sad;

/**
 * The SPI of an ESP SA (RFC 4303 section 2.1), as the 32 bits of the header; 0 to 255 are reserved.
 */
public record EspSpi(int value) implements Comparable<EspSpi> {
  public EspSpi {
    if (value >= 0 && value < 256) {
      throw new IllegalArgumentException("reserved SPI " + value);
    }
  }

  @Override
  public int compareTo(EspSpi other) {
    return Integer.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format("%08x", value);
  }
}
