package io.pollux.ike.crypto;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.EncodedKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * Curve25519, RFC 8031 and RFC 7748: the scalar is drawn from the engine's own random source, the
 * public value is X25519(scalar, 9).
 */
final class Curve25519Agreement implements KeyAgreement {
  private static final int LENGTH = 32;

  /** The fixed head of a PKCS #8 and of an X.509 encoding (RFC 8410 sections 4 and 7). */
  private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b656e04220420");

  private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b656e032100");

  private final IkeCrypto crypto;
  private final Secret scalar;
  private final Octets publicValue;

  private Curve25519Agreement(IkeCrypto crypto, Secret scalar) {
    this.crypto = crypto;
    this.scalar = scalar;
    this.publicValue = publicOf(scalar);
  }

  static Curve25519Agreement generate(IkeCrypto crypto, SecureRandom random) {
    byte[] scalar = new byte[LENGTH];
    random.nextBytes(scalar);
    return new Curve25519Agreement(crypto, Secret.owning(scalar));
  }

  static Curve25519Agreement restore(IkeCrypto crypto, Secret scalar) {
    return new Curve25519Agreement(crypto, scalar.slice(0, scalar.length()));
  }

  @Override
  public KeyExchangeMethod method() {
    return KeyExchangeMethod.CURVE25519;
  }

  @Override
  public Octets publicValue() {
    return publicValue;
  }

  @Override
  public Secret agree(Octets peer) throws Malformed {
    if (peer.length() != LENGTH) {
      throw Malformed.syntax("Key Exchange Data", peer.length() + " octets with CURVE25519");
    }
    byte[] shared = multiply(peer);
    byte any = 0;
    for (byte octet : shared) {
      any |= octet;
    }
    if (any == 0) {
      throw Malformed.syntax("Key Exchange Data", "a point of small order");
    }
    return Secret.owning(shared);
  }

  /** X25519(scalar, u), RFC 7748 section 5; zeros where the provider refuses that result itself. */
  private byte[] multiply(Octets u) {
    return crypto.find(
        provider -> {
          KeyFactory factory = KeyFactory.getInstance("XDH", provider);
          var agreement = javax.crypto.KeyAgreement.getInstance("XDH", provider);
          agreement.init(privateKey(factory));
          try {
            agreement.doPhase(publicKey(factory, u), true);
            return agreement.generateSecret();
          } catch (GeneralSecurityException | IllegalStateException _) {
            return new byte[LENGTH];
          }
        });
  }

  /** From the bare octets where the provider takes them: PKCS #8 makes it compute X25519(k, 9). */
  private PrivateKey privateKey(KeyFactory factory) throws GeneralSecurityException {
    try {
      return factory.generatePrivate(scalar.use(Raw::new));
    } catch (InvalidKeySpecException _) {
      byte[] encoded = scalar.use(octets -> join(PKCS8, octets));
      PrivateKey key = factory.generatePrivate(new PKCS8EncodedKeySpec(encoded));
      Arrays.fill(encoded, (byte) 0);
      return key;
    }
  }

  private static PublicKey publicKey(KeyFactory factory, Octets u) throws GeneralSecurityException {
    try {
      return factory.generatePublic(new Raw(u.toArray()));
    } catch (InvalidKeySpecException _) {
      return factory.generatePublic(new X509EncodedKeySpec(join(X509, u.toArray())));
    }
  }

  /** The 32 octets themselves: what Conscrypt calls the format "raw". */
  private static final class Raw extends EncodedKeySpec {
    Raw(byte[] octets) {
      super(octets);
    }

    @Override
    public String getFormat() {
      return "raw";
    }
  }

  private static byte[] join(byte[] head, byte[] rest) {
    byte[] both = Arrays.copyOf(head, head.length + rest.length);
    System.arraycopy(rest, 0, both, head.length, rest.length);
    return both;
  }

  /** X25519(scalar, 9): with Bouncy Castle's table of multiples, faster than any general one. */
  private static Octets publicOf(Secret scalar) {
    byte[] point = new byte[LENGTH];
    scalar.use(
        octets -> {
          X25519.generatePublicKey(octets, 0, point, 0);
          return point;
        });
    return Octets.owning(point);
  }

  @Override
  public Secret export() {
    return scalar.slice(0, LENGTH);
  }

  @Override
  public void close() {
    scalar.close();
  }
}
