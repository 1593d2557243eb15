package io.pollux.it.verdict;

/** What stands on the WAN besides plain packets: ESP, IKE and VRRP. */
final class Wire {
  private static final int IKE_PORT = 500;
  private static final int NAT_PORT = 4500;
  private static final int IKE_SA_INIT = 34;
  private static final int IKE_HEADER = 28;
  private static final int FLAG_RESPONSE = 0x20;
  private static final int ESP_HEADER = 8;

  private Wire() {}

  /**
   * An ESP packet (RFC 4303).
   *
   * @param sequence the low 32 bits that are on the wire
   * @param iv where the IV begins in the packet's data
   */
  record Esp(Packet packet, int spi, int sequence, int iv) {}

  /** A VRRP advertisement (RFC 9568); a priority of 0 says goodbye. */
  record Advert(long timeNs, long sourceMac, int vrid, int priority) {}

  /** ESP, plain or in UDP (RFC 3948); null for everything else. */
  static Esp esp(Packet p) {
    int at = p.payload();
    if (p.protocol() == Packet.UDP
        && onPort(p, NAT_PORT)
        && p.left(at) >= 8 + ESP_HEADER
        && p.u32(at + 8) != 0) {
      at += 8;
    } else if (p.protocol() != Packet.ESP || p.left(at) < ESP_HEADER) {
      return null;
    }
    return new Esp(p, p.u32(at), p.u32(at + 4), at + ESP_HEADER);
  }

  static boolean isIke(Packet p) {
    return ikeHeader(p) >= 0;
  }

  /** Where the IKE header begins in the packet's data; -1 where there is none. */
  static int ikeHeader(Packet p) {
    int at = p.payload() + 8;
    if (p.protocol() != Packet.UDP || p.left(at) < IKE_HEADER) {
      return -1;
    }
    if (onPort(p, IKE_PORT)) {
      return at;
    }
    return onPort(p, NAT_PORT) && p.u32(at) == 0 && p.left(at) >= IKE_HEADER + 4 ? at + 4 : -1;
  }

  /** The initiator's SPI of an IKE_SA_INIT request, in 16 digits; null for everything else. */
  static String newIkeSa(Packet p) {
    int at = ikeHeader(p);
    if (at < 0 || p.u8(at + 18) != IKE_SA_INIT || (p.u8(at + 19) & FLAG_RESPONSE) != 0) {
      return null;
    }
    return "%016x".formatted(p.u64(at));
  }

  static Advert advert(Packet p) {
    int at = p.payload();
    if (p.protocol() != Packet.VRRP || p.left(at) < 8 || (p.u8(at) & 0x0f) != 1) {
      return null;
    }
    return new Advert(p.timeNs(), p.sourceMac(), p.u8(at + 1), p.u8(at + 2));
  }

  private static boolean onPort(Packet p, int port) {
    return p.left(p.payload()) >= 8 && (p.sourcePort() == port || p.targetPort() == port);
  }
}
