package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;

/** From a message to what a {@link ForeignKey} signs, and from that to the form of RFC 7427. */
final class ForeignSignatures {
  private ForeignSignatures() {}

  static Octets sign(IkeCrypto crypto, ForeignKey key, SignatureScheme scheme, Octets message)
      throws InvalidKeyException {
    try {
      return switch (scheme) {
        case RSA_PKCS1_SHA1, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512 ->
            key.sign(scheme, digestInfo(scheme, digest(crypto, scheme, message)));
        case RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512 ->
            key.sign(scheme, Octets.owning(digest(crypto, scheme, message)));
        case ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 ->
            sequence(key.sign(scheme, Octets.owning(digest(crypto, scheme, message))));
        case ED25519, ED448 -> key.sign(scheme, message);
      };
    } catch (IOException e) {
      throw new InvalidKeyException("cannot be encoded: " + e.getMessage());
    }
  }

  private static byte[] digest(IkeCrypto crypto, SignatureScheme scheme, Octets message) {
    String name =
        switch (scheme.hash()) {
          case 1 -> "SHA-1";
          case 2 -> "SHA-256";
          case 3 -> "SHA-384";
          default -> "SHA-512";
        };
    MessageDigest digest = crypto.find(p -> MessageDigest.getInstance(name, p));
    digest.update(message.asBuffer());
    return digest.digest();
  }

  private static Octets digestInfo(SignatureScheme scheme, byte[] digest) throws IOException {
    ASN1ObjectIdentifier hash =
        switch (scheme.hash()) {
          case 1 -> OIWObjectIdentifiers.idSHA1;
          case 2 -> NISTObjectIdentifiers.id_sha256;
          case 3 -> NISTObjectIdentifiers.id_sha384;
          default -> NISTObjectIdentifiers.id_sha512;
        };
    return Octets.owning(
        new DigestInfo(new AlgorithmIdentifier(hash, DERNull.INSTANCE), digest)
            .getEncoded(ASN1Encoding.DER));
  }

  /** ECDSA-Sig-Value of RFC 3279 section 2.2.3. */
  private static Octets sequence(Octets rs) throws IOException, InvalidKeyException {
    byte[] both = rs.toArray();
    if (both.length == 0 || both.length % 2 != 0) {
      throw new InvalidKeyException("an ECDSA signature of " + both.length + " octets");
    }
    int half = both.length / 2;
    ASN1Encodable r = new ASN1Integer(new BigInteger(1, Arrays.copyOf(both, half)));
    ASN1Encodable s =
        new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(both, half, both.length)));
    return Octets.owning(new DERSequence(new ASN1Encodable[] {r, s}).getEncoded(ASN1Encoding.DER));
  }
}
