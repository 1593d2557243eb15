package io.pollux.agent.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** An address with a prefix length, as operators write it: {@code 203.0.113.1/32}. */
public record Prefix(InetAddress address, int length) {
  private static final Pattern LITERAL = Pattern.compile("[0-9a-fA-F:.]+");

  /** Reads {@code ADDRESS} or {@code ADDRESS/LENGTH}; without a length it is a host. */
  public static Prefix parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = parseAddress(slash < 0 ? text : text.substring(0, slash));
    int bits = address.getAddress().length * 8;
    if (slash < 0) {
      return new Prefix(address, bits);
    }
    try {
      int length = Integer.parseInt(text.substring(slash + 1));
      if (length < 0 || length > bits) {
        throw new IllegalArgumentException("expected a prefix length from 0 to " + bits);
      }
      return new Prefix(address, length);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("expected ADDRESS/LENGTH, for example 10.1.0.0/24");
    }
  }

  /** Reads an address literal; never asks a name server. */
  public static InetAddress parseAddress(String text) {
    boolean literal =
        LITERAL.matcher(text).matches()
            && (text.indexOf(':') >= 0 || text.chars().filter(c -> c == '.').count() == 3);
    try {
      if (literal) {
        return InetAddress.getByName(text);
      }
    } catch (UnknownHostException _) {
      // falls through to the one message
    }
    throw new IllegalArgumentException("expected an IPv4 or IPv6 address");
  }

  public boolean isHost() {
    return length == address.getAddress().length * 8;
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + length;
  }
}
