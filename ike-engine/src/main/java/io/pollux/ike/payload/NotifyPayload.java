package io.pollux.ike.payload;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.util.Optional;

/**
 * N, RFC 7296 section 3.10.
 *
 * @param protocolId usually of {@link ProtocolId}; of {@code spi}, ignored without one
 * @param spi empty, or the SPI of the SA that this is about
 */
public record NotifyPayload(int protocolId, Octets spi, NotifyType type, Octets data)
    implements Payload {
  /** About no SA in particular, without data. */
  public static NotifyPayload of(NotifyType type) {
    return of(type, Octets.EMPTY);
  }

  /** About no SA in particular. */
  public static NotifyPayload of(NotifyType type, Octets data) {
    return new NotifyPayload(ProtocolId.NONE.number(), Octets.EMPTY, type, data);
  }

  /** About a Child SA, for example REKEY_SA or CHILD_SA_NOT_FOUND. */
  public static NotifyPayload ofEsp(NotifyType type, EspSpi spi) {
    Octets octets = new WireWriter().i32(spi.value()).toOctets();
    return new NotifyPayload(ProtocolId.ESP.number(), octets, type, Octets.EMPTY);
  }

  static NotifyPayload read(WireReader in) throws Malformed {
    int protocolId = in.u8("Protocol ID");
    int spiSize = in.u8("SPI Size");
    NotifyType type = new NotifyType(in.u16("Notify Message Type"));
    Octets spi = in.octets(spiSize, "Security Parameter Index");
    return new NotifyPayload(protocolId, spi, type, in.rest());
  }

  /** The SPI as that of an ESP SA; empty if it is none, or a reserved one. */
  public Optional<EspSpi> espSpi() {
    return protocolId == ProtocolId.ESP.number() ? DeletePayload.espSpi(spi) : Optional.empty();
  }

  @Override
  public int number() {
    return PayloadType.NOTIFY.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u8(protocolId).u8(spi.length()).u16(type.number()).octets(spi).octets(data);
  }
}
