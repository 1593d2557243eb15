package io.pollux.ike.message;

import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;

/**
 * The IKE header (RFC 7296 section 3.1) as it stands, unknown values included, so that other
 * versions and exchanges can be refused by name.
 *
 * @param nextPayload the first payload's type
 * @param majorVersion 2 here, 1 from an IKEv1 peer
 * @param exchangeType usually of {@link Exchange}
 * @param sender the I flag: whether the original initiator of the IKE SA sent this
 * @param direction the R flag
 * @param length octets of the whole message
 */
public record IkeHeader(
    IkeSpis spis,
    int nextPayload,
    int majorVersion,
    int minorVersion,
    int exchangeType,
    Role sender,
    Direction direction,
    MessageId messageId,
    int length) {
  /** Octets of the header. */
  public static final int SIZE = 28;

  /** What one UDP datagram can carry; RFC 7296 section 2 only asks for 3000. */
  public static final int MAX_LENGTH = 65_535;

  /** Where the Length field stands. */
  static final int LENGTH_AT = 24;

  private static final int FLAG_INITIATOR = 0x08;
  private static final int FLAG_RESPONSE = 0x20;
  private static final int VERSION = 0x20; // 2.0; the V flag stays clear

  /**
   * Reads the header of a datagram.
   *
   * @throws Malformed to be dropped: too short, or its length is not the datagram's
   */
  public static IkeHeader read(Octets datagram) throws Malformed {
    if (datagram.length() < SIZE || datagram.length() > MAX_LENGTH) {
      throw Malformed.drop("IKE header", "datagram of " + datagram.length() + " octets");
    }
    WireReader in = WireReader.of(datagram);
    IkeSpis spis =
        new IkeSpis(
            new IkeSpi(in.u64("IKE SA Initiator's SPI")),
            new IkeSpi(in.u64("IKE SA Responder's SPI")));
    int nextPayload = in.u8("Next Payload");
    int version = in.u8("Version");
    int exchangeType = in.u8("Exchange Type");
    int flags = in.u8("Flags");
    MessageId messageId = new MessageId(in.u32("Message ID"));
    long length = in.u32("Length");
    if (length != datagram.length()) {
      throw Malformed.drop("Length", length + " in a datagram of " + datagram.length());
    }
    return new IkeHeader(
        spis,
        nextPayload,
        version >>> 4,
        version & 0xf,
        exchangeType,
        (flags & FLAG_INITIATOR) != 0 ? Role.INITIATOR : Role.RESPONDER,
        (flags & FLAG_RESPONSE) != 0 ? Direction.RESPONSE : Direction.REQUEST,
        messageId,
        (int) length);
  }

  /** Appends the header of {@code message}, with a length of zero to be patched. */
  static void write(WireWriter out, IkeMessage message, int nextPayload) {
    int flags = message.sender() == Role.INITIATOR ? FLAG_INITIATOR : 0;
    flags |= message.direction() == Direction.RESPONSE ? FLAG_RESPONSE : 0;
    out.u64(message.spis().initiator().value()).u64(message.spis().responder().value());
    out.u8(nextPayload).u8(VERSION).u8(message.exchange().number()).u8(flags);
    out.u32(message.messageId().value()).u32(0);
  }
}
