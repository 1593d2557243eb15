package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.Printable;
import java.io.IOException;
import java.util.Optional;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Distinguished names (RFC 5280 section 4.1.2.4) as octets of an ID_DER_ASN1_DN, and as text. */
public final class DistinguishedName {
  private static final int MAX_OCTETS = 4096;

  private DistinguishedName() {}

  /**
   * The DER of {@code CN=gw, O=Example}: the first part written is the first part encoded, as in
   * strongSwan and in {@code openssl x509 -subject}.
   *
   * @throws IllegalArgumentException if it is not a name
   */
  public static Octets parse(String text) {
    try {
      return Octets.owning(new X500Name(text).getEncoded("DER"));
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage());
    }
  }

  /** In words for logs; hex if it is none. */
  public static String text(Octets der) {
    return name(der)
        .map(n -> Printable.text(BCStyle.INSTANCE.toString(n).replace(",", ", ")))
        .orElse("id9:" + der.toHex());
  }

  /** Whether {@code actual} has the attributes of {@code pattern}, where a value {@code *} fits. */
  static boolean matches(Octets pattern, Octets actual) {
    return compare(pattern, actual, true);
  }

  /** Whether both are the same name (RFC 5280 section 7.1); nothing in them is a wildcard. */
  static boolean same(Octets one, Octets other) {
    return compare(one, other, false);
  }

  private static boolean compare(Octets pattern, Octets actual, boolean wild) {
    Optional<X500Name> p = name(pattern);
    Optional<X500Name> a = name(actual);
    if (p.isEmpty() || a.isEmpty()) {
      return pattern.equals(actual);
    }
    RDN[] wanted = p.get().getRDNs();
    RDN[] found = a.get().getRDNs();
    if (wanted.length != found.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (!isSame(wanted[i], found[i]) && !(wild && isWild(wanted[i], found[i]))) {
        return false;
      }
    }
    return true;
  }

  /** Whether any value fits a part of it. */
  static boolean isPattern(Octets der) {
    Optional<X500Name> name = name(der);
    if (name.isEmpty()) {
      return false;
    }
    for (RDN rdn : name.get().getRDNs()) {
      if (!rdn.isMultiValued() && isStar(rdn.getFirst())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSame(RDN one, RDN other) {
    try {
      return IETFUtils.rDNAreEqual(one, other);
    } catch (RuntimeException _) { // a value that has no canonical form
      return false;
    }
  }

  private static boolean isWild(RDN wanted, RDN found) {
    return !wanted.isMultiValued()
        && !found.isMultiValued()
        && isStar(wanted.getFirst())
        && wanted.getFirst().getType().equals(found.getFirst().getType());
  }

  private static boolean isStar(AttributeTypeAndValue part) {
    return IETFUtils.valueToString(part.getValue()).equals("*");
  }

  private static Optional<X500Name> name(Octets der) {
    try {
      DerShape.require(der, MAX_OCTETS, "DN");
      X500Name name = X500Name.getInstance(der.toArray());
      BCStyle.INSTANCE.toString(name); // reads what the library has left for later
      return Optional.of(name);
    } catch (Malformed | RuntimeException _) { // the library's many ways to refuse a stranger's DER
      return Optional.empty();
    }
  }
}
