package io.pollux.agent.drill;

import io.pollux.agent.config.Prefix;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The addresses of a traffic selector, both ends included. */
record Range(InetAddress from, InetAddress to) {
  /**
   * Reads {@code FROM-TO} or {@code ADDRESS}, with or without {@code [PROTOCOL/PORTS]} behind it.
   */
  static Range parse(String text) {
    String plain = text.contains("[") ? text.substring(0, text.indexOf('[')) : text;
    String[] ends = plain.split("-");
    return new Range(
        Prefix.parse(ends[0]).address(), Prefix.parse(ends[ends.length - 1]).address());
  }

  boolean contains(InetAddress address) {
    return address.getAddress().length == from.getAddress().length
        && number(address).compareTo(number(from)) >= 0
        && number(address).compareTo(number(to)) <= 0;
  }

  /** Where a host is likeliest to answer: the first and the last one of a network. */
  List<InetAddress> candidates() {
    BigInteger first = number(from);
    BigInteger last = number(to);
    if (last.subtract(first).compareTo(BigInteger.TWO) <= 0) {
      return from.equals(to) ? List.of(from) : List.of(from, to);
    }
    Set<InetAddress> all = new LinkedHashSet<>();
    all.add(address(first.add(BigInteger.ONE)));
    all.add(address(last.subtract(BigInteger.ONE)));
    return List.copyOf(all);
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  private InetAddress address(BigInteger number) {
    byte[] octets = new byte[from.getAddress().length];
    byte[] digits = number.toByteArray();
    int length = Math.min(digits.length, octets.length);
    System.arraycopy(digits, digits.length - length, octets, octets.length - length, length);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // the length is that of an address
    }
  }
}
