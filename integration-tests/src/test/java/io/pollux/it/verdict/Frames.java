package io.pollux.it.verdict;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Ethernet frames and capture files, made by hand. */
final class Frames {
  private Frames() {}

  /** One frame of a capture. */
  record Captured(long timeNs, byte[] frame) {}

  static byte[] ipv4(
      long fromMac, long toMac, int protocol, String from, String to, byte[] payload) {
    ByteBuffer b = ByteBuffer.allocate(34 + payload.length);
    b.putShort((short) (toMac >>> 32)).putInt((int) toMac);
    b.putShort((short) (fromMac >>> 32)).putInt((int) fromMac);
    b.putShort((short) 0x0800)
        .put((byte) 0x45)
        .put((byte) 0)
        .putShort((short) (20 + payload.length));
    b.putInt(0).put((byte) 64).put((byte) protocol).putShort((short) 0);
    b.putInt(Packet.address(from)).putInt(Packet.address(to)).put(payload);
    return b.array();
  }

  /** An IPv6 packet between two addresses that nobody looks at. */
  static byte[] ipv6(long fromMac, long toMac, int next, byte[] payload) {
    ByteBuffer b = ByteBuffer.allocate(54 + payload.length);
    b.putShort((short) (toMac >>> 32)).putInt((int) toMac);
    b.putShort((short) (fromMac >>> 32)).putInt((int) fromMac);
    b.putShort((short) 0x86dd).putInt(0x60000000).putShort((short) payload.length);
    b.put((byte) next).put((byte) 64).position(54);
    return b.put(payload).array();
  }

  /** A gratuitous ARP request. */
  static byte[] claim(long mac, String address) {
    ByteBuffer b = ByteBuffer.allocate(60);
    b.putShort((short) 0xffff).putInt(0xffffffff);
    b.putShort((short) (mac >>> 32)).putInt((int) mac).putShort((short) 0x0806);
    b.putShort((short) 1).putShort((short) 0x0800).putShort((short) 0x0604).putShort((short) 1);
    b.putShort((short) (mac >>> 32)).putInt((int) mac).putInt(Packet.address(address));
    return b.putShort((short) 0).putInt(0).putInt(Packet.address(address)).array();
  }

  static byte[] udp(int fromPort, int toPort, byte[] payload) {
    ByteBuffer b = ByteBuffer.allocate(8 + payload.length);
    b.putShort((short) fromPort)
        .putShort((short) toPort)
        .putShort((short) (8 + payload.length))
        .putShort((short) 0);
    return b.put(payload).array();
  }

  static byte[] flow(int flow, int sequence) {
    ByteBuffer b = ByteBuffer.allocate(64);
    b.put("PLXFLOW1".getBytes(StandardCharsets.US_ASCII)).putInt(flow).putInt(sequence);
    return udp(7000, 7000, b.array());
  }

  static byte[] esp(int spi, int sequence, long iv) {
    return ByteBuffer.allocate(64).putInt(spi).putInt(sequence).putLong(iv).putLong(~iv).array();
  }

  static byte[] ikeSaInit(long initiatorSpi) {
    ByteBuffer b = ByteBuffer.allocate(40);
    b.putLong(initiatorSpi)
        .putLong(0)
        .put((byte) 33)
        .put((byte) 0x20)
        .put((byte) 34)
        .put((byte) 0x08)
        .putInt(0)
        .putInt(40);
    return udp(500, 500, b.array());
  }

  static byte[] advert(int vrid, int priority) {
    return ByteBuffer.allocate(12).put((byte) 0x31).put((byte) vrid).put((byte) priority).array();
  }

  /** A capture file: Ethernet, little endian, nanoseconds, in the order of time. */
  static byte[] pcap(List<Captured> frames) {
    return pcap(frames, ByteOrder.LITTLE_ENDIAN, true, 1);
  }

  static byte[] pcap(List<Captured> frames, ByteOrder order, boolean nanos, int linkType) {
    List<Captured> sorted = new ArrayList<>(frames);
    sorted.sort(Comparator.comparingLong(Captured::timeNs));
    int size = 24 + sorted.stream().mapToInt(f -> 16 + f.frame.length).sum();
    ByteBuffer b = ByteBuffer.allocate(size).order(order);
    b.putInt(nanos ? 0xa1b23c4d : 0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
    b.putInt(0).putInt(0).putInt(128).putInt(linkType);
    for (Captured f : sorted) {
      b.putInt((int) (f.timeNs / 1_000_000_000))
          .putInt((int) (f.timeNs % 1_000_000_000) / (nanos ? 1 : 1000));
      b.putInt(f.frame.length).putInt(f.frame.length).put(f.frame);
    }
    return b.array();
  }
}
