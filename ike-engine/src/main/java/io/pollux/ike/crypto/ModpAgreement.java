package io.pollux.ike.crypto;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * MODP groups, RFC 3526 and RFC 7296 appendix B: generator 2, private values of the length that RFC
 * 3526 section 8 names as sufficient, everything padded to the length of the prime.
 */
final class ModpAgreement implements KeyAgreement {
  private final KeyExchangeMethod method;
  private final Secret exponent;
  private final Octets publicValue;

  private ModpAgreement(KeyExchangeMethod method, Secret exponent) {
    this.method = method;
    this.exponent = exponent;
    this.publicValue = Octets.owning(power(BigInteger.TWO));
  }

  static ModpAgreement generate(KeyExchangeMethod method, SecureRandom random) {
    byte[] exponent = new byte[ModpGroups.exponentBits(method) / 8];
    random.nextBytes(exponent);
    exponent[0] |= (byte) 0x80; // never short, never zero
    return new ModpAgreement(method, Secret.owning(exponent));
  }

  static ModpAgreement restore(KeyExchangeMethod method, Secret exponent) {
    return new ModpAgreement(method, exponent.slice(0, exponent.length()));
  }

  @Override
  public KeyExchangeMethod method() {
    return method;
  }

  @Override
  public Octets publicValue() {
    return publicValue;
  }

  @Override
  public Secret agree(Octets peer) throws Malformed {
    if (peer.length() != method.publicLength()) {
      throw Malformed.syntax("Key Exchange Data", peer.length() + " octets with " + method);
    }
    BigInteger y = new BigInteger(1, peer.toArray());
    BigInteger largest = ModpGroups.prime(method).subtract(BigInteger.TWO);
    if (y.compareTo(BigInteger.TWO) < 0 || y.compareTo(largest) > 0) {
      throw Malformed.syntax("Key Exchange Data", "public value not within 2..p-2"); // RFC 6989 2.1
    }
    return Secret.owning(power(y));
  }

  private byte[] power(BigInteger base) {
    BigInteger x = exponent.use(octets -> new BigInteger(1, octets));
    byte[] value = base.modPow(x, ModpGroups.prime(method)).toByteArray();
    return fixedLength(value, method.publicLength());
  }

  /** Two's complement octets as an unsigned number of {@code length} octets. */
  static byte[] fixedLength(byte[] value, int length) {
    byte[] fixed = new byte[length];
    int copied = Math.min(length, value.length);
    System.arraycopy(value, value.length - copied, fixed, length - copied, copied);
    Arrays.fill(value, (byte) 0);
    return fixed;
  }

  @Override
  public Secret export() {
    return exponent.slice(0, exponent.length());
  }

  @Override
  public void close() {
    exponent.close();
  }
}
