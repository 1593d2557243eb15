package io.pollux.ike.crypto;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc7748.X448;

/** Curve448, RFC 8031 and RFC 7748 section 5; only Bouncy Castle has it with scalars of our own. */
final class Curve448Agreement implements KeyAgreement {
  private static final int LENGTH = X448.POINT_SIZE;

  private final Secret scalar;
  private final Octets publicValue;

  private Curve448Agreement(Secret scalar) {
    this.scalar = scalar;
    byte[] point = new byte[LENGTH];
    scalar.use(
        octets -> {
          X448.generatePublicKey(octets, 0, point, 0);
          return point;
        });
    this.publicValue = Octets.owning(point);
  }

  static Curve448Agreement generate(SecureRandom random) {
    byte[] scalar = new byte[LENGTH];
    random.nextBytes(scalar);
    return new Curve448Agreement(Secret.owning(scalar));
  }

  static Curve448Agreement restore(Secret scalar) {
    return new Curve448Agreement(scalar.slice(0, scalar.length()));
  }

  @Override
  public KeyExchangeMethod method() {
    return KeyExchangeMethod.CURVE448;
  }

  @Override
  public Octets publicValue() {
    return publicValue;
  }

  @Override
  public Secret agree(Octets peer) throws Malformed {
    if (peer.length() != LENGTH) {
      throw Malformed.syntax("Key Exchange Data", peer.length() + " octets with CURVE448");
    }
    byte[] shared = new byte[LENGTH];
    byte[] point = peer.toArray();
    boolean usable = scalar.use(octets -> X448.calculateAgreement(octets, 0, point, 0, shared, 0));
    if (!usable) { // all zeros, RFC 8031 section 5
      throw Malformed.syntax("Key Exchange Data", "a point of small order");
    }
    return Secret.owning(shared);
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
