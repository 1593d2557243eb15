package io.pollux.ike.policy;

import io.pollux.ike.sad.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A network: an address whose bits after {@code length} are zero, and a length of 0 to 32 or 128.
 */
public record Prefix(InetAddress address, int length) {
  public Prefix {
    int width = 8 * address.getAddress().length;
    if (length < 0 || length > width) {
      throw new IllegalArgumentException("prefix length " + length);
    }
    BigInteger hosts = BigInteger.ONE.shiftLeft(width - length).subtract(BigInteger.ONE);
    if (Narrowing.number(address).and(hosts).signum() != 0) {
      throw new IllegalArgumentException(
          address.getHostAddress() + " has bits beyond the prefix length " + length);
    }
  }

  /**
   * A literal such as {@code 10.1.0.0/16}, {@code 2001:db8::/32}, or a single address. Names are
   * not looked up.
   *
   * @throws IllegalArgumentException that says what is wrong with it
   */
  public static Prefix parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    if (slash < 0) {
      return new Prefix(address, 8 * address.getAddress().length);
    }
    String length = text.substring(slash + 1);
    if (!length.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("prefix length '" + length + "' in '" + text + "'");
    }
    return new Prefix(address, Integer.parseInt(length));
  }

  /** The last address. */
  public InetAddress last() {
    int width = 8 * address.getAddress().length;
    BigInteger hosts = BigInteger.ONE.shiftLeft(width - length).subtract(BigInteger.ONE);
    return Narrowing.address(Narrowing.number(address).or(hosts), width / 8);
  }

  /** Everything to or from this network. */
  public TrafficSelector selector() {
    return new TrafficSelector(address, last(), 0, 0, 65535);
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + length;
  }
}
