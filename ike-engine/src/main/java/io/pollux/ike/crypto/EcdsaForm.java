package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.util.BigIntegers;

/**
 * The two forms of an ECDSA signature: {@code r | s} with fixed lengths (RFC 4754 section 7), and
 * the DER sequence of RFC 3279 section 2.2.3.
 */
public final class EcdsaForm {
  private EcdsaForm() {}

  /** Octets of one coordinate. */
  private static int length(KeyKind kind) {
    return switch (kind) {
      case ECDSA_P256 -> 32;
      case ECDSA_P384 -> 48;
      case ECDSA_P521 -> 66;
      case RSA, RSA_PSS, ED25519, ED448 ->
          throw new IllegalArgumentException(kind + " is not ECDSA");
    };
  }

  /** {@code r | s} as DER; empty if the length is wrong. */
  public static Optional<Octets> toDer(KeyKind kind, Octets raw) {
    int length = length(kind);
    if (raw.length() != 2 * length) {
      return Optional.empty();
    }
    byte[] octets = raw.toArray();
    ASN1EncodableVector both = new ASN1EncodableVector();
    both.add(new ASN1Integer(new BigInteger(1, octets, 0, length)));
    both.add(new ASN1Integer(new BigInteger(1, octets, length, length)));
    try {
      return Optional.of(Octets.owning(new DERSequence(both).getEncoded("DER")));
    } catch (IOException e) {
      throw new IllegalStateException("two integers cannot be encoded", e);
    }
  }

  /** Our own DER signature as {@code r | s}. */
  public static Octets toRaw(KeyKind kind, Octets der) {
    ASN1Sequence both = ASN1Sequence.getInstance(der.toArray());
    int length = length(kind);
    return Octets.concat(coordinate(both, 0, length), coordinate(both, 1, length));
  }

  private static Octets coordinate(ASN1Sequence both, int index, int length) {
    BigInteger value = ASN1Integer.getInstance(both.getObjectAt(index)).getPositiveValue();
    return Octets.owning(BigIntegers.asUnsignedByteArray(length, value));
  }
}
