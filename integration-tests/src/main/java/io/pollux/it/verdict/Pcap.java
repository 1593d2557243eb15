package io.pollux.it.verdict;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads capture files (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, Ethernet
 * and Linux "cooked" captures. A record that the end of the file cuts off is left out.
 */
final class Pcap {
  private static final int MICROS = 0xa1b2c3d4;
  private static final int NANOS = 0xa1b23c4d;
  private static final int FILE_HEADER = 24;
  private static final int RECORD_HEADER = 16;
  private static final int LARGEST = 262144;

  private static final int LINKTYPE_ETHERNET = 1;
  private static final int LINKTYPE_LINUX_SLL = 113;
  private static final int LINKTYPE_LINUX_SLL2 = 276;

  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int ETHERTYPE_IPV6 = 0x86dd;
  private static final int ETHERTYPE_ARP = 0x0806;
  private static final int IPV6_HEADER = 40;
  private static final int ARP_LENGTH = 28;
  private static final int ETHERTYPE_VLAN = 0x8100;

  private Pcap() {}

  /** Who claims an IPv4 address: an ARP packet (RFC 826) whose sender and target are the same. */
  record Claim(long timeNs, long mac, int address) {}

  private interface Sink {
    void frame(long timeNs, int linkType, byte[] frame);
  }

  /** The IP packets of a file, in the order of the capture. */
  static List<Packet> read(Path file) {
    return read(octets(file), file.toString());
  }

  /** The gratuitous ARP packets of an Ethernet capture. */
  static List<Claim> claims(Path file) {
    List<Claim> out = new ArrayList<>();
    frames(
        octets(file),
        file.toString(),
        (time, linkType, frame) -> {
          ByteBuffer b = ByteBuffer.wrap(frame);
          if (linkType == LINKTYPE_ETHERNET
              && frame.length >= 14 + ARP_LENGTH
              && (b.getShort(12) & 0xffff) == ETHERTYPE_ARP
              && b.getInt(28) == b.getInt(38)) {
            out.add(new Claim(time, b.getLong(22) >>> 16, b.getInt(28)));
          }
        });
    return out;
  }

  private static byte[] octets(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new EvidenceException(file + " can't be read", e);
    }
  }

  static List<Packet> read(byte[] octets, String name) {
    List<Packet> out = new ArrayList<>();
    frames(
        octets,
        name,
        (time, linkType, frame) -> {
          Packet p = packet(time, linkType, frame);
          if (p != null) {
            out.add(p);
          }
        });
    return out;
  }

  private static void frames(byte[] octets, String name, Sink sink) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    if (octets.length < FILE_HEADER) {
      throw new EvidenceException(name + " is no capture: " + octets.length + " octets");
    }
    boolean nanos = isNanos(in, name);
    int linkType = in.getInt(20) & 0xffff;
    if (linkType != LINKTYPE_ETHERNET
        && linkType != LINKTYPE_LINUX_SLL
        && linkType != LINKTYPE_LINUX_SLL2) {
      throw new EvidenceException(name + ": unknown link type " + linkType);
    }
    int at = FILE_HEADER;
    while (at + RECORD_HEADER <= octets.length) {
      long time =
          Integer.toUnsignedLong(in.getInt(at)) * 1_000_000_000L
              + Integer.toUnsignedLong(in.getInt(at + 4)) * (nanos ? 1 : 1000);
      int length = in.getInt(at + 8);
      if (length < 0 || length > LARGEST) {
        throw new EvidenceException(name + ": record of " + length + " octets at offset " + at);
      }
      at += RECORD_HEADER;
      if (at + length > octets.length) {
        break;
      }
      byte[] frame = new byte[length];
      in.get(at, frame);
      sink.frame(time, linkType, frame);
      at += length;
    }
  }

  private static boolean isNanos(ByteBuffer in, String name) {
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      int magic = in.order(order).getInt(0);
      if (magic == MICROS || magic == NANOS) {
        return magic == NANOS;
      }
    }
    throw new EvidenceException(name + " is no capture: its first octets are unknown");
  }

  /** Null for what is not IP, or too short to be. */
  private static Packet packet(long time, int linkType, byte[] frame) {
    ByteBuffer b = ByteBuffer.wrap(frame);
    return switch (linkType) {
      case LINKTYPE_ETHERNET -> ethernet(time, b, frame);
      case LINKTYPE_LINUX_SLL ->
          frame.length < 16
              ? null
              : ip(time, b.getLong(6) >>> 16, 0, b.getShort(14) & 0xffff, 16, b, frame);
      case LINKTYPE_LINUX_SLL2 ->
          frame.length < 20
              ? null
              : ip(time, b.getLong(12) >>> 16, 0, b.getShort(0) & 0xffff, 20, b, frame);
      default -> throw new IllegalStateException("link type " + linkType);
    };
  }

  private static Packet ethernet(long time, ByteBuffer b, byte[] frame) {
    if (frame.length < 18) {
      return null;
    }
    int at = 12;
    int type = b.getShort(at) & 0xffff;
    if (type == ETHERTYPE_VLAN) {
      at += 4;
      type = b.getShort(at) & 0xffff;
    }
    return ip(time, b.getLong(6) >>> 16, b.getLong(0) >>> 16, type, at + 2, b, frame);
  }

  private static Packet ip(
      long time, long from, long to, int type, int at, ByteBuffer b, byte[] frame) {
    if (type == ETHERTYPE_IPV6 && frame.length >= at + IPV6_HEADER && frame[at] >>> 4 == 6) {
      int next = frame[at + 6] & 0xff;
      return new Packet(time, from, to, next, 0, 0, frame, at + IPV6_HEADER);
    }
    return ipv4(time, from, to, type, at, b, frame);
  }

  private static Packet ipv4(
      long time, long from, long to, int type, int at, ByteBuffer b, byte[] frame) {
    if (type != ETHERTYPE_IPV4 || frame.length < at + 20 || (frame[at] & 0xf0) != 0x40) {
      return null;
    }
    int payload = at + (frame[at] & 0x0f) * 4;
    if (payload > frame.length) {
      return null;
    }
    return new Packet(
        time, from, to, frame[at + 9] & 0xff, b.getInt(at + 12), b.getInt(at + 16), frame, payload);
  }
}
