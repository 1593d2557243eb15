package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.wire.Octets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that sign elsewhere, with the JDK's bare signatures as the elsewhere. */
class ForeignKeyTest {
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();
  private static final Octets MESSAGE = Octets.ofHex("aabbcc");
  private static final SecureRandom RANDOM = new SecureRandom();

  private static KeyPair pair(String algorithm) throws Exception {
    boolean isRsa = algorithm.equals("RSA");
    KeyPairGenerator keys = KeyPairGenerator.getInstance(isRsa ? "RSA" : "EC");
    if (isRsa) {
      keys.initialize(2048);
    } else {
      keys.initialize(new ECGenParameterSpec(algorithm));
    }
    return keys.generateKeyPair();
  }

  private static Octets spki(KeyPair pair) {
    return Octets.of(pair.getPublic().getEncoded());
  }

  private static ForeignKey elsewhere(KeyPair pair, String algorithm) {
    return (_, input) -> {
      try {
        Signature sign = Signature.getInstance(algorithm);
        sign.initSign(pair.getPrivate());
        sign.update(input.toArray());
        return Octets.of(sign.sign());
      } catch (GeneralSecurityException wrong) {
        throw new InvalidKeyException(wrong);
      }
    };
  }

  private static void signs(SigningKey key, SignatureScheme scheme) throws Exception {
    Octets signature = key.sign(scheme, MESSAGE, RANDOM);
    assertThat(new Signatures(CRYPTO).verify(scheme, key.spki(), MESSAGE, signature)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
  void ecdsaSignaturesBecomeSequences(String curve) throws Exception {
    KeyPair pair = pair(curve);
    List<SignatureScheme> all =
        List.of(
            SignatureScheme.ECDSA_SHA256,
            SignatureScheme.ECDSA_SHA384,
            SignatureScheme.ECDSA_SHA512);
    ForeignKey bare = elsewhere(pair, "NONEwithECDSAinP1363Format");
    SigningKey key = SigningKey.of(CRYPTO, bare, spki(pair), all, RANDOM);
    for (SignatureScheme scheme : all) {
      signs(key, scheme);
    }
  }

  /** The key signs what stands in a signature of the whole. */
  @ParameterizedTest
  @ValueSource(strings = {"SHA-256", "SHA-384", "SHA-512", "SHA-1"})
  void rsaKeysAreGivenADigestInfo(String hash) throws Exception {
    KeyPair pair = pair("RSA");
    ForeignKey bare =
        (_, input) -> {
          try {
            var cipher = javax.crypto.Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(javax.crypto.Cipher.ENCRYPT_MODE, pair.getPrivate());
            return Octets.of(cipher.doFinal(input.toArray()));
          } catch (GeneralSecurityException wrong) {
            throw new InvalidKeyException(wrong);
          }
        };
    SignatureScheme scheme = SignatureScheme.valueOf("RSA_PKCS1_" + hash.replace("-", ""));
    signs(SigningKey.of(CRYPTO, bare, spki(pair), List.of(scheme), RANDOM), scheme);
  }

  @Test
  void anotherPublicKeyIsRefused() throws Exception {
    ForeignKey bare = elsewhere(pair("secp256r1"), "NONEwithECDSAinP1363Format");
    Octets other = spki(pair("secp256r1"));
    List<SignatureScheme> schemes = List.of(SignatureScheme.ECDSA_SHA256);
    assertThatThrownBy(() -> SigningKey.of(CRYPTO, bare, other, schemes, RANDOM))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("does not belong to the public key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "010203"})
  void whatCannotBeAnEcdsaSignatureIsRefused(String hex) throws Exception {
    KeyPair pair = pair("secp256r1");
    ForeignKey broken = (_, _) -> Octets.ofHex(hex);
    List<SignatureScheme> schemes = List.of(SignatureScheme.ECDSA_SHA256);
    assertThatThrownBy(() -> SigningKey.of(CRYPTO, broken, spki(pair), schemes, RANDOM))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("cannot sign with ecdsa-sha256: an ECDSA signature of ");
  }

  @Test
  void whyItDoesNotSignIsSaid() throws Exception {
    ForeignKey gone =
        (_, _) -> {
          throw new InvalidKeyException("the token is gone");
        };
    List<SignatureScheme> schemes = List.of(SignatureScheme.RSA_PSS_SHA256);
    KeyPair pair = pair("RSA");
    assertThatThrownBy(() -> SigningKey.of(CRYPTO, gone, spki(pair), schemes, RANDOM))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessage("cannot sign with rsa-pss-sha256: the token is gone");
  }
}
