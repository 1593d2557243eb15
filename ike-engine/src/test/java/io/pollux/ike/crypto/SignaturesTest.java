package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.wire.Octets;
import java.security.Key;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.spec.KeySpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A stranger's key and signature come here: whatever a library does with them, nothing flies. */
class SignaturesTest {
  private static final Octets MESSAGE = Octets.of((byte) 1, (byte) 2);

  /** Has every key factory, and none works. */
  private static final class Choking extends Provider {
    @java.io.Serial private static final long serialVersionUID = 1;

    Choking() {
      super("Choking", "1", "a library with a mistake in it");
      put("KeyFactory.EC", Factory.class.getName());
      put("KeyFactory.RSA", Factory.class.getName());
    }
  }

  /** Falls over at anything. */
  public static final class Factory extends KeyFactorySpi {
    /** For the provider. */
    public Factory() {}

    @Override
    protected PublicKey engineGeneratePublic(KeySpec spec) {
      throw new IllegalArgumentException("invalid point encoding");
    }

    @Override
    protected PrivateKey engineGeneratePrivate(KeySpec spec) {
      throw new ArithmeticException();
    }

    @Override
    protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec) {
      throw new NullPointerException();
    }

    @Override
    protected Key engineTranslateKey(Key key) {
      throw new IllegalStateException();
    }
  }

  @Test
  void rfc7296_2_15_aLibraryThatChokesHasNotSeenASignature() throws Exception {
    TestPki.Entity owner = TestPki.ca("CN=Owner", "p256");
    Octets signature =
        owner.key().sign(SignatureScheme.ECDSA_SHA256, MESSAGE, new java.security.SecureRandom());
    IkeCrypto choking = new IkeCrypto(List.of(new Choking()));
    assertThat(
            new Signatures(choking)
                .verify(SignatureScheme.ECDSA_SHA256, owner.spki(), MESSAGE, signature))
        .isFalse();
    List<Provider> more = new ArrayList<>(List.of(new Choking()));
    more.addAll(IkeCrypto.standardProviders());
    assertThat(
            new Signatures(new IkeCrypto(more))
                .verify(SignatureScheme.ECDSA_SHA256, owner.spki(), MESSAGE, signature))
        .isTrue();
  }
}
