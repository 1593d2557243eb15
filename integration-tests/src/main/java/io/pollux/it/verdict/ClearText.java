package io.pollux.it.verdict;

import java.nio.file.Path;
import java.util.List;

/** Finds protected packets that are on the WAN without protection. */
public final class ClearText {
  private final List<Prefix> inner;

  ClearText(List<Prefix> inner) {
    this.inner = inner;
  }

  /** An IPv4 prefix. */
  record Prefix(int network, int mask) {
    static Prefix parse(String text) {
      String[] f = text.split("/");
      int mask = f[1].equals("0") ? 0 : -1 << 32 - Integer.parseInt(f[1]);
      return new Prefix(Packet.address(f[0]) & mask, mask);
    }

    boolean contains(int address) {
      return (address & mask) == network;
    }
  }

  /**
   * How many packets of a capture of the WAN are in the clear; {@code inner} are the protected
   * prefixes.
   */
  public static long count(Path capture, List<String> inner) {
    ClearText c = new ClearText(inner.stream().map(Prefix::parse).toList());
    return Pcap.read(capture).stream().filter(c::isClear).count();
  }

  /**
   * True for a packet with a protected address outside, an ICMP error that quotes one, and anything
   * but ESP that carries the test traffic's mark.
   */
  boolean isClear(Packet p) {
    if (isInner(p.source()) || isInner(p.destination())) {
      return true;
    }
    if (Wire.esp(p) != null) {
      return false;
    }
    return p.containsFlowMagic() || quotesInner(p);
  }

  private boolean quotesInner(Packet p) {
    int quoted = p.payload() + 8;
    if (p.protocol() != Packet.ICMP || p.left(quoted) < 20 || p.u8(quoted) >> 4 != 4) {
      return false;
    }
    return isInner(p.u32(quoted + 12)) || isInner(p.u32(quoted + 16));
  }

  private boolean isInner(int address) {
    for (Prefix p : inner) {
      if (p.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
