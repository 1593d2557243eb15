package io.pollux.it.verdict;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The IKE datagrams of a capture: who sent which octets when. A node that finishes another one's
 * exchange sends what that one has sent, octet for octet, from a MAC address of its own.
 */
public final class IkeTape {
  private static final int UDP_HEADER = 8;
  private static final int FLAG_RESPONSE = 0x20;

  private final List<Datagram> all;

  /**
   * One datagram.
   *
   * @param timeNs CLOCK_REALTIME of the capture, ns
   * @param mac of the sender's interface, 48 bits
   * @param source and {@code destination}: IPv4 addresses in their usual spelling
   * @param exchange exchange type (RFC 7296 section 3.1)
   * @param octets all of the UDP payload, in hexadecimal digits
   */
  public record Datagram(
      long timeNs,
      long mac,
      String source,
      String destination,
      int exchange,
      boolean response,
      long messageId,
      String octets) {
    /** Sent by the interface with this MAC address, {@code 02:00:...}. */
    public boolean from(String address) {
      return mac == Packet.mac(address);
    }
  }

  private IkeTape(List<Datagram> all) {
    this.all = List.copyOf(all);
  }

  /**
   * Reads a capture of whole packets.
   *
   * @throws EvidenceException when it cannot be read, or holds a datagram that was cut short
   */
  public static IkeTape read(Path capture) {
    return of(Pcap.read(capture));
  }

  static IkeTape of(List<Packet> packets) {
    List<Datagram> out = new ArrayList<>();
    for (Packet p : packets) {
      int at = Wire.ikeHeader(p);
      if (at < 0) {
        continue;
      }
      int end = p.payload() + p.u16(p.payload() + 4); // UDP's length counts its header
      if (end > p.data().length) {
        throw new EvidenceException("the capture cuts datagrams short");
      }
      byte[] octets = Arrays.copyOfRange(p.data(), p.payload() + UDP_HEADER, end);
      out.add(
          new Datagram(
              p.timeNs(),
              p.sourceMac(),
              Packet.text(p.source()),
              Packet.text(p.destination()),
              p.u8(at + 18),
              (p.u8(at + 19) & FLAG_RESPONSE) != 0,
              Integer.toUnsignedLong(p.u32(at + 20)),
              HexFormat.of().formatHex(octets)));
    }
    return new IkeTape(out);
  }

  /** All datagrams in the order of the capture. */
  public List<Datagram> all() {
    return all;
  }
}
