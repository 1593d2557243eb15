package io.pollux.ike.crypto;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.util.Map;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * Random ECP groups, RFC 5903, and Brainpool curves, RFC 6954: public values are x | y without a
 * leading octet, the shared secret is x alone (section 7).
 */
final class EcpAgreement implements KeyAgreement {
  private final IkeCrypto crypto;
  private final KeyExchangeMethod method;
  private final Secret scalar;
  private final Octets publicValue;

  private EcpAgreement(IkeCrypto crypto, KeyExchangeMethod method, Secret scalar) {
    this.crypto = crypto;
    this.method = method;
    this.scalar = scalar;
    this.publicValue = publicOf(method, scalar);
  }

  static EcpAgreement generate(IkeCrypto crypto, KeyExchangeMethod method, SecureRandom random) {
    BigInteger n = Curve.of(method).bc.getN();
    BigInteger d;
    do {
      d = new BigInteger(n.bitLength(), random);
    } while (d.signum() == 0 || d.compareTo(n) >= 0);
    byte[] scalar = ModpAgreement.fixedLength(d.toByteArray(), method.publicLength() / 2);
    return new EcpAgreement(crypto, method, Secret.owning(scalar));
  }

  static EcpAgreement restore(IkeCrypto crypto, KeyExchangeMethod method, Secret scalar) {
    return new EcpAgreement(crypto, method, scalar.slice(0, scalar.length()));
  }

  private static Octets publicOf(KeyExchangeMethod method, Secret scalar) {
    int half = method.publicLength() / 2;
    BigInteger d = scalar.use(octets -> new BigInteger(1, octets));
    var point = new FixedPointCombMultiplier().multiply(Curve.of(method).bc.getG(), d).normalize();
    byte[] x = point.getAffineXCoord().toBigInteger().toByteArray();
    byte[] y = point.getAffineYCoord().toBigInteger().toByteArray();
    return Octets.concat(
        Octets.owning(ModpAgreement.fixedLength(x, half)),
        Octets.owning(ModpAgreement.fixedLength(y, half)));
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
    int half = peer.length() / 2;
    BigInteger x = new BigInteger(1, peer.slice(0, half).toArray());
    BigInteger y = new BigInteger(1, peer.slice(half, peer.length()).toArray());
    Curve curve = Curve.of(method);
    if (!curve.contains(x, y)) {
      throw Malformed.syntax("Key Exchange Data", "not a point of " + method); // RFC 6989 2.3
    }
    return Secret.owning(multiply(curve, new ECPoint(x, y)));
  }

  private byte[] multiply(Curve curve, ECPoint peer) {
    BigInteger d = scalar.use(octets -> new BigInteger(1, octets));
    return crypto.find(
        provider -> {
          KeyFactory factory = KeyFactory.getInstance("EC", provider);
          var agreement = javax.crypto.KeyAgreement.getInstance("ECDH", provider);
          try {
            agreement.init(factory.generatePrivate(new ECPrivateKeySpec(d, curve.spec)));
            agreement.doPhase(factory.generatePublic(new ECPublicKeySpec(peer, curve.spec)), true);
            return agreement.generateSecret();
          } catch (GeneralSecurityException e) {
            // The curve is sound and so is the point: this provider does not have the curve.
            throw new NoSuchAlgorithmException(method + " of " + provider.getName(), e);
          }
        });
  }

  @Override
  public Secret export() {
    return scalar.slice(0, scalar.length());
  }

  @Override
  public void close() {
    scalar.close();
  }

  /** A curve as Bouncy Castle and as the JDK's interfaces see it. */
  private record Curve(X9ECParameters bc, ECParameterSpec spec) {
    private static final Map<KeyExchangeMethod, Curve> CURVES =
        Map.of(
            KeyExchangeMethod.ECP_256, named("secp256r1"),
            KeyExchangeMethod.ECP_384, named("secp384r1"),
            KeyExchangeMethod.ECP_521, named("secp521r1"),
            KeyExchangeMethod.BRAINPOOL_P256R1, named("brainpoolP256r1"),
            KeyExchangeMethod.BRAINPOOL_P384R1, named("brainpoolP384r1"),
            KeyExchangeMethod.BRAINPOOL_P512R1, named("brainpoolP512r1"));

    static Curve of(KeyExchangeMethod method) {
      Curve curve = CURVES.get(method);
      if (curve == null) {
        throw new IllegalArgumentException(method + " is no ECP group");
      }
      return curve;
    }

    private static Curve named(String name) {
      X9ECParameters custom = CustomNamedCurves.getByName(name);
      X9ECParameters bc = custom != null ? custom : ECNamedCurveTable.getByName(name);
      BigInteger p = bc.getCurve().getField().getCharacteristic();
      var curve =
          new EllipticCurve(
              new ECFieldFp(p),
              bc.getCurve().getA().toBigInteger(),
              bc.getCurve().getB().toBigInteger());
      var g =
          new ECPoint(
              bc.getG().normalize().getAffineXCoord().toBigInteger(),
              bc.getG().normalize().getAffineYCoord().toBigInteger());
      return new Curve(bc, new ECParameterSpec(curve, g, bc.getN(), bc.getH().intValueExact()));
    }

    /** y^2 = x^3 + ax + b (mod p); the cofactor is 1, so nothing else can be wrong. */
    boolean contains(BigInteger x, BigInteger y) {
      BigInteger p = bc.getCurve().getField().getCharacteristic();
      if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
        return false;
      }
      BigInteger a = spec.getCurve().getA();
      BigInteger b = spec.getCurve().getB();
      return y.multiply(y).mod(p).equals(x.multiply(x).add(a).multiply(x).add(b).mod(p));
    }
  }
}
