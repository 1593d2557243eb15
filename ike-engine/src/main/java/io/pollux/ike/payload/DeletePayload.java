package io.pollux.ike.payload;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * D, RFC 7296 section 3.11.
 *
 * @param spis those of the sender's inbound SAs; none when the IKE SA itself is deleted
 */
public record DeletePayload(int protocolId, List<Octets> spis) implements Payload {
  /** As many as fit a message of 64 KiB, less the rest of it. */
  static final int MAX_SPIS = 16_000;

  public DeletePayload {
    spis = List.copyOf(spis);
    if (spis.stream().map(Octets::length).distinct().count() > 1) {
      throw new IllegalArgumentException("SPIs of different sizes");
    }
  }

  /** Deletes the IKE SA that protects the message. */
  public static DeletePayload ike() {
    return new DeletePayload(ProtocolId.IKE.number(), List.of());
  }

  /** Deletes Child SAs, named by our own inbound SPIs. */
  public static DeletePayload esp(List<EspSpi> inbound) {
    return new DeletePayload(
        ProtocolId.ESP.number(),
        inbound.stream().map(spi -> new WireWriter().i32(spi.value()).toOctets()).toList());
  }

  static DeletePayload read(WireReader in) throws Malformed {
    int protocolId = in.u8("Protocol ID");
    int spiSize = in.u8("SPI Size");
    int count = in.u16("Num of SPIs");
    if (count > MAX_SPIS || (spiSize == 0 && count != 0)) {
      throw Malformed.syntax("Num of SPIs", count + " of " + spiSize + " octets");
    }
    if (spiSize != spiSize(protocolId, spiSize)) {
      throw Malformed.syntax("SPI Size", spiSize + " with protocol " + protocolId);
    }
    List<Octets> spis = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      spis.add(in.octets(spiSize, "Security Parameter Index"));
    }
    return new DeletePayload(protocolId, spis);
  }

  /** The SPIs as those of ESP SAs, without reserved ones; empty if this is not about ESP. */
  public List<EspSpi> espSpis() {
    return protocolId == ProtocolId.ESP.number()
        ? spis.stream().flatMap(spi -> espSpi(spi).stream()).toList()
        : List.of();
  }

  static Optional<EspSpi> espSpi(Octets spi) {
    if (spi.length() != 4) {
      return Optional.empty();
    }
    int value = spi.asBuffer().getInt();
    return value >= 0 && value < 256 ? Optional.empty() : Optional.of(new EspSpi(value));
  }

  @Override
  public int number() {
    return PayloadType.DELETE.number();
  }

  @Override
  public void write(WireWriter out) {
    int spiSize = spis.isEmpty() ? spiSize(protocolId, 0) : spis.getFirst().length();
    out.u8(protocolId).u8(spiSize).u16(spis.size());
    spis.forEach(out::octets);
  }

  /** The only size that section 3.11 allows, {@code other} for a protocol that we do not know. */
  private static int spiSize(int protocolId, int other) {
    return switch (protocolId) {
      case 1 -> 0; // IKE
      case 2, 3 -> 4; // AH, ESP
      default -> other;
    };
  }
}
