package io.pollux.ike.sad;

/** One IKE SA's SPI (RFC 7296 section 3.1), 64 bits; zero only stands for "not known yet". */
public record IkeSpi(long value) implements Comparable<IkeSpi> {
  /** The responder's SPI in the first message. */
  public static final IkeSpi NONE = new IkeSpi(0);

  @Override
  public int compareTo(IkeSpi other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format("%016x", value);
  }
}
