package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;

/**
 * Looks at the skeleton of DER (X.690) before a library does: definite lengths that fit, bounded
 * depth and number of elements. So nobody can make a parser recurse or allocate at will.
 */
final class DerShape {
  private static final int MAX_DEPTH = 24;
  private static final int MAX_ELEMENTS = 20_000;

  private final Octets der;
  private final String what;
  private int elements;

  private DerShape(Octets der, String what) {
    this.der = der;
    this.what = what;
  }

  /** Requires one DER element that fills {@code der}, at most {@code maxOctets} long. */
  static void require(Octets der, int maxOctets, String what) throws Malformed {
    if (der.isEmpty() || der.length() > maxOctets) {
      throw Malformed.syntax(what, der.length() + " octets");
    }
    DerShape shape = new DerShape(der, what);
    if (shape.element(0, der.length(), 0) != der.length()) {
      throw Malformed.syntax(what, "octets after its end");
    }
  }

  /** The end of the element at {@code at}; recursion is bounded by the depth. */
  private int element(int at, int end, int depth) throws Malformed {
    if (depth > MAX_DEPTH || ++elements > MAX_ELEMENTS) {
      throw Malformed.syntax(what, "nested too deep or too many elements");
    }
    if (at + 2 > end) {
      throw Malformed.syntax(what, "element cut off at " + at);
    }
    int tag = der.at(at);
    if ((tag & 0x1f) == 0x1f) {
      throw Malformed.syntax(what, "tag with several octets at " + at);
    }
    int first = der.at(at + 1);
    int content = at + 2;
    int length = first;
    if (first >= 0x80) {
      int octets = first & 0x7f;
      if (octets == 0 || octets > 3 || content + octets > end) {
        throw Malformed.syntax(what, "length at " + at);
      }
      length = 0;
      for (int i = 0; i < octets; i++) {
        length = length << 8 | der.at(content + i);
      }
      content += octets;
    }
    if (length > end - content) {
      throw Malformed.syntax(what, "element at " + at + " longer than what holds it");
    }
    int stop = content + length;
    if ((tag & 0x20) != 0) {
      int inner = content;
      while (inner < stop) {
        inner = element(inner, stop, depth + 1);
      }
    }
    return stop;
  }
}
