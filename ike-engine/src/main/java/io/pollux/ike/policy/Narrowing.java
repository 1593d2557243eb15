package io.pollux.ike.policy;

import io.pollux.ike.sad.TrafficSelector;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Traffic selectors as sets: the responder's narrowing (RFC 7296 section 2.9) and the cut of a
 * range into prefixes, which is all that the kernel's policies know.
 */
public final class Narrowing {
  /** The Number of TSs field is one octet wide; more could not be answered. */
  private static final int MAX_SELECTORS = 255;

  private static final int ANY_END = 65535;

  private Narrowing() {}

  /**
   * The traffic that both lists allow. What the first offered selector allows comes first: it may
   * be that of the packet that started the exchange, and must not be lost if it is acceptable at
   * all.
   *
   * @return without selectors that another one of the result contains; empty = TS_UNACCEPTABLE
   */
  public static List<TrafficSelector> narrow(
      List<TrafficSelector> offered, List<TrafficSelector> ours) {
    List<TrafficSelector> result = new ArrayList<>();
    for (TrafficSelector theirs : offered) {
      for (TrafficSelector own : ours) {
        Optional<TrafficSelector> both = intersection(theirs, own);
        if (both.isPresent()) {
          addUnlessContained(result, both.get());
        }
      }
    }
    return List.copyOf(result);
  }

  private static void addUnlessContained(List<TrafficSelector> result, TrafficSelector more) {
    if (result.stream().anyMatch(have -> contains(have, more))) {
      return;
    }
    int at = result.size();
    for (int i = result.size() - 1; i >= 0; i--) {
      if (contains(more, result.get(i))) {
        result.remove(i);
        at = i; // the wider one takes the place, so that the packet's selector stays in front
      }
    }
    if (result.size() < MAX_SELECTORS) {
      result.add(Math.min(at, result.size()), more);
    }
  }

  /** Whether every selector of {@code inner} lies within one of {@code outer}. */
  public static boolean isSubset(List<TrafficSelector> inner, List<TrafficSelector> outer) {
    return inner.stream().allMatch(i -> outer.stream().anyMatch(o -> contains(o, i)));
  }

  /** Whether {@code outer} allows everything that {@code inner} allows. */
  public static boolean contains(TrafficSelector outer, TrafficSelector inner) {
    return intersection(outer, inner).filter(inner::equals).isPresent();
  }

  /** What both allow; empty if nothing. */
  public static Optional<TrafficSelector> intersection(TrafficSelector a, TrafficSelector b) {
    if (a.from().getAddress().length != b.from().getAddress().length) {
      return Optional.empty();
    }
    if (a.protocol() != 0 && b.protocol() != 0 && a.protocol() != b.protocol()) {
      return Optional.empty();
    }
    InetAddress from = compare(a.from(), b.from()) >= 0 ? a.from() : b.from();
    InetAddress to = compare(a.to(), b.to()) <= 0 ? a.to() : b.to();
    if (compare(from, to) > 0) {
      return Optional.empty();
    }
    int protocol = a.protocol() != 0 ? a.protocol() : b.protocol();
    if (isOpaque(a) || isOpaque(b)) {
      // ANY includes OPAQUE, a range of ports does not (RFC 7296 section 3.13.1).
      boolean both = (isOpaque(a) || isAnyPort(a)) && (isOpaque(b) || isAnyPort(b));
      return both
          ? Optional.of(new TrafficSelector(from, to, protocol, ANY_END, 0))
          : Optional.empty();
    }
    int start = Math.max(a.startPort(), b.startPort());
    int end = Math.min(a.endPort(), b.endPort());
    return start <= end
        ? Optional.of(new TrafficSelector(from, to, protocol, start, end))
        : Optional.empty();
  }

  private static boolean isOpaque(TrafficSelector selector) {
    return selector.startPort() == ANY_END && selector.endPort() == 0;
  }

  private static boolean isAnyPort(TrafficSelector selector) {
    return selector.startPort() == 0 && selector.endPort() == ANY_END;
  }

  private static int compare(InetAddress a, InetAddress b) {
    return Arrays.compareUnsigned(a.getAddress(), b.getAddress());
  }

  /**
   * The fewest prefixes that together are exactly the selector's addresses, in rising order; at
   * most 62 for IPv4 and 254 for IPv6.
   */
  public static List<Prefix> toPrefixes(TrafficSelector selector) {
    int octets = selector.from().getAddress().length;
    int width = 8 * octets;
    BigInteger at = number(selector.from());
    BigInteger last = number(selector.to());
    List<Prefix> prefixes = new ArrayList<>();
    while (at.compareTo(last) <= 0) {
      int aligned = at.signum() == 0 ? width : Math.min(width, at.getLowestSetBit());
      int left = last.subtract(at).add(BigInteger.ONE).bitLength() - 1;
      int hostBits = Math.min(aligned, left);
      prefixes.add(new Prefix(address(at, octets), width - hostBits));
      at = at.add(BigInteger.ONE.shiftLeft(hostBits));
    }
    return List.copyOf(prefixes);
  }

  static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  static InetAddress address(BigInteger number, int octets) {
    byte[] value = number.toByteArray();
    byte[] fixed = new byte[octets];
    int copied = Math.min(octets, value.length);
    System.arraycopy(value, value.length - copied, fixed, octets - copied, copied);
    try {
      return octets == 4
          ? InetAddress.getByAddress(fixed)
          : Inet6Address.getByAddress(null, fixed, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // only the length can be wrong, and it is ours
    }
  }
}
