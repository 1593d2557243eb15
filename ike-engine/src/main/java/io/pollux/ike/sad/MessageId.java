package io.pollux.ike.sad;

/** A message ID (RFC 7296 section 2.2), 0 to 2^32 - 1. */
public record MessageId(long value) {
  public MessageId {
    if (value < 0 || value > 0xffff_ffffL) {
      throw new IllegalArgumentException("message ID " + value);
    }
  }

  /** The next one. An IKE SA is rekeyed long before they run out. */
  public MessageId next() {
    return new MessageId(value + 1);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
