package io.pollux.netlink.xfrm;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Key octets of an SA. Shows nothing of them, compares in constant time, and can be wiped: an SA
 * that the kernel has taken needs them no more on our side.
 */
public final class XfrmKey implements AutoCloseable {
  /** No key: what a dump shows where the kernel redacts, and the null ciphers. */
  public static final XfrmKey NONE = new XfrmKey(new byte[0]);

  private final byte[] octets;

  private XfrmKey(byte[] octets) {
    this.octets = octets;
  }

  /** Takes over the array itself: whoever gave it must not keep it, and {@link #close} wipes it. */
  public static XfrmKey wrap(byte[] octets) {
    return new XfrmKey(octets);
  }

  /** Copies what a buffer holds from its position to its limit, and moves nothing. */
  public static XfrmKey copyOf(ByteBuffer octets) {
    byte[] copy = new byte[octets.remaining()];
    octets.get(octets.position(), copy);
    return new XfrmKey(copy);
  }

  static XfrmKey read(ByteBuffer in, int at, int length) {
    byte[] copy = new byte[length];
    in.get(at, copy);
    return new XfrmKey(copy);
  }

  /** Octets. */
  public int length() {
    return octets.length;
  }

  /** Feeds a (keyed) digest, for the audit of what two kernels hold. */
  public void updateInto(MessageDigest digest) {
    digest.update(octets);
  }

  /** Feeds any sink that takes octets, such as a Mac; it must not keep them. */
  public void feed(java.util.function.Consumer<ByteBuffer> sink) {
    sink.accept(ByteBuffer.wrap(octets).asReadOnlyBuffer());
  }

  void write(ByteBuffer out, int at) {
    out.put(at, octets);
  }

  /** Zeros over the octets. */
  @Override
  public void close() {
    Arrays.fill(octets, (byte) 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof XfrmKey that && MessageDigest.isEqual(octets, that.octets);
  }

  /** Of the length alone: a hash of the content would tell about it. */
  @Override
  public int hashCode() {
    return octets.length;
  }

  @Override
  public String toString() {
    return "key of " + octets.length * Byte.SIZE + " bits";
  }
}
