package io.pollux.ike.crypto;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.security.SecureRandom;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.kems.MLKEMGenerator;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.params.MLKEMPublicKeyParameters;

/**
 * ML-KEM (FIPS 203) as a key exchange method, draft-ietf-ipsecme-ikev2-mlkem: the initiator sends
 * its encapsulation key, the responder the ciphertext. What a takeover needs is the 64-octet seed d
 * | z, from which the key pair is expanded again.
 */
final class MlKemAgreement implements KeyAgreement {
  private static final int SEED = 64;
  private static final int MODULUS = 3329; // q
  private static final int COEFFICIENT_OCTETS = 384; // 256 coefficients of 12 bits

  private final KeyExchangeMethod method;
  private final Secret seed;
  private final MLKEMPrivateKeyParameters key;

  private MlKemAgreement(KeyExchangeMethod method, Secret seed) {
    this.method = method;
    this.seed = seed;
    this.key = seed.use(octets -> new MLKEMPrivateKeyParameters(parameters(method), octets));
  }

  static MlKemAgreement generate(KeyExchangeMethod method, SecureRandom random) {
    byte[] seed = new byte[SEED];
    random.nextBytes(seed);
    return new MlKemAgreement(method, Secret.owning(seed));
  }

  static MlKemAgreement restore(KeyExchangeMethod method, Secret seed) {
    return new MlKemAgreement(method, seed.slice(0, seed.length()));
  }

  /** Parameters are named after the length of the encapsulation key, FIPS 203 table 3. */
  private static MLKEMParameters parameters(KeyExchangeMethod method) {
    return switch (method.publicLength()) {
      case 800 -> MLKEMParameters.ml_kem_512;
      case 1184 -> MLKEMParameters.ml_kem_768;
      case 1568 -> MLKEMParameters.ml_kem_1024;
      default -> throw new IllegalArgumentException(method + " is no KEM");
    };
  }

  /** The responder's part, FIPS 203 section 7.2 with its check of the encapsulation key. */
  static Answer encapsulate(KeyExchangeMethod method, Octets peer, SecureRandom random)
      throws Malformed {
    if (peer.length() != method.publicLength()) {
      throw Malformed.syntax("Key Exchange Data", peer.length() + " octets with " + method);
    }
    byte[] encoded = peer.toArray();
    requireReduced(encoded);
    var key = new MLKEMPublicKeyParameters(parameters(method), encoded);
    SecretWithEncapsulation made = new MLKEMGenerator(random).generateEncapsulated(key);
    return new Answer(Octets.owning(made.getEncapsulation()), Secret.owning(made.getSecret()));
  }

  /** Modulus check: every coefficient is below q (the last 32 octets are rho). */
  private static void requireReduced(byte[] encoded) throws Malformed {
    int end = encoded.length / COEFFICIENT_OCTETS * COEFFICIENT_OCTETS;
    for (int i = 0; i < end; i += 3) {
      int middle = encoded[i + 1] & 0xff;
      int even = encoded[i] & 0xff | (middle & 0xf) << 8;
      int odd = middle >>> 4 | (encoded[i + 2] & 0xff) << 4;
      if (even >= MODULUS || odd >= MODULUS) {
        throw Malformed.syntax("Key Exchange Data", "a coefficient is not below q");
      }
    }
  }

  @Override
  public KeyExchangeMethod method() {
    return method;
  }

  @Override
  public Octets publicValue() {
    return Octets.owning(key.getPublicKey());
  }

  /** Decapsulation; a forged ciphertext of the right length gives a secret that nobody knows. */
  @Override
  public Secret agree(Octets peer) throws Malformed {
    MLKEMExtractor extractor = new MLKEMExtractor(key);
    if (peer.length() != extractor.getEncapsulationLength()) {
      throw Malformed.syntax("Key Exchange Data", peer.length() + " octets with " + method);
    }
    return Secret.owning(extractor.extractSecret(peer.toArray()));
  }

  @Override
  public Secret export() {
    return seed.slice(0, SEED);
  }

  @Override
  public void close() {
    seed.close();
    key.destroy();
  }
}
