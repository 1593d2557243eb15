package io.pollux.netlink.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Octets that nobody changes, equal by content. Never for keys. */
public final class NlOctets {
  private static final int SHOWN = 32; // enough to recognise an attribute in a log line

  private final byte[] octets;

  private NlOctets(byte[] octets) {
    this.octets = octets;
  }

  public static NlOctets of(byte... octets) {
    return new NlOctets(octets.clone());
  }

  /** Copies length octets from an absolute offset. */
  public static NlOctets read(ByteBuffer in, int at, int length) {
    byte[] copy = new byte[length];
    in.get(at, copy);
    return new NlOctets(copy);
  }

  public int length() {
    return octets.length;
  }

  public byte[] toByteArray() {
    return octets.clone();
  }

  void write(ByteBuffer out, int at) {
    out.put(at, octets);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NlOctets that && Arrays.equals(octets, that.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  @Override
  public String toString() {
    int shown = Math.min(octets.length, SHOWN);
    String hex = HexFormat.of().formatHex(octets, 0, shown);
    return shown == octets.length ? hex : hex + "... (" + octets.length + " octets)";
  }
}
