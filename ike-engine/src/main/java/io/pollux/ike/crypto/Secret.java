package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Key material: opaque, closable, without content in {@link #toString}. Equality is by content and
 * in constant time, so that snapshots can be compared.
 *
 * <p>{@link #close} wipes the octets; using a closed secret is our own mistake and throws {@link
 * IllegalStateException}.
 */
public final class Secret implements AutoCloseable {
  /** No octets, for example the integrity key of an AEAD. */
  public static final Secret EMPTY = new Secret(new byte[0]);

  private final byte[] value;
  private boolean closed;

  private Secret(byte[] value) {
    this.value = value;
  }

  /** Takes {@code value} over without a copy; the caller must not touch it again. */
  public static Secret owning(byte[] value) {
    return value.length == 0 ? EMPTY : new Secret(value);
  }

  /** A copy of {@code value}. */
  public static Secret copyOf(byte[] value) {
    return owning(value.clone());
  }

  public int length() {
    return value.length;
  }

  public boolean isEmpty() {
    return value.length == 0;
  }

  /** A copy of octets {@code [from, to)} as a secret of its own. */
  public Secret slice(int from, int to) {
    requireOpen();
    return owning(Arrays.copyOfRange(value, from, to));
  }

  /** The same octets as a secret of their own, which lives on when this one is wiped. */
  public Secret copy() {
    return slice(0, value.length);
  }

  /** This secret and then {@code other}. */
  public Secret concat(Secret other) {
    requireOpen();
    other.requireOpen();
    byte[] both = Arrays.copyOf(value, value.length + other.value.length);
    System.arraycopy(other.value, 0, both, value.length, other.value.length);
    return owning(both);
  }

  /**
   * Lends the octets to {@code use}, which must neither keep nor change the array. For handing a
   * key to a cipher, to the kernel or to the encrypted link; nothing else has a reason to look
   * inside.
   */
  public <T> T use(Function<byte[], T> use) {
    requireOpen();
    return use.apply(value);
  }

  /** Whether {@code other} holds the same octets, in time that depends on the lengths alone. */
  public boolean matches(Octets other) {
    requireOpen();
    return MessageDigest.isEqual(value, other.toArray());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(value, secret.value);
  }

  @Override
  public int hashCode() {
    return value.length; // a digest of the content would be a leak
  }

  @Override
  public String toString() {
    return "Secret(" + value.length + " octets)";
  }

  @Override
  public void close() {
    if (value.length > 0) {
      Arrays.fill(value, (byte) 0);
      closed = true;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("secret used after close");
    }
  }
}
