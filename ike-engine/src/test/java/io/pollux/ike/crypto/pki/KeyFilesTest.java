package io.pollux.ike.crypto.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.Signatures;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Private keys as OpenSSL 3 writes them; the passphrase of those that have one is the same. */
class KeyFilesTest {
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();
  private static final Octets MESSAGE = Octets.of("a message".getBytes(StandardCharsets.UTF_8));

  private static Optional<Secret> passphrase(String text) {
    return Optional.of(Secret.owning(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] file(String name) throws Exception {
    try (InputStream in = KeyFilesTest.class.getResourceAsStream("keys/" + name)) {
      return in.readAllBytes();
    }
  }

  /** It signs, and the public key that belongs to it says so. */
  private static void signs(Secret pkcs8, Octets spki) throws Exception {
    SigningKey key = SigningKey.of(CRYPTO, pkcs8, spki, new SecureRandom());
    SignatureScheme scheme =
        SignatureScheme.standard().stream()
            .filter(s -> s.fits(key.kind()))
            .findFirst()
            .orElseThrow();
    Octets signature = key.sign(scheme, MESSAGE, new SecureRandom());
    assertThat(new Signatures(CRYPTO).verify(scheme, spki, MESSAGE, signature)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "rsa-pkcs1.pem, rsa-public.pem",
    "rsa-pkcs8.pem, rsa-public.pem",
    "rsa-pkcs8.der, rsa-public.pem",
    "ec-sec1.pem, ec-public.pem",
    "ec-sec1.pem, ec-cert.pem",
    "ec-pkcs8.pem, ec-public.pem",
    "ed25519-pkcs8.pem, ed25519-public.pem"
  })
  void aKeyWithoutAPassphrase(String key, String publicKey) throws Exception {
    signs(KeyFiles.privateKey(file(key), Optional.empty()), KeyFiles.publicKey(file(publicKey)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa-pkcs8-aes.pem", "rsa-pkcs8-aes.der", "rsa-pkcs1-aes.pem"})
  void anEncryptedKeyWantsItsPassphrase(String key) throws Exception {
    signs(
        KeyFiles.privateKey(file(key), passphrase("open-sesame")),
        KeyFiles.publicKey(file("rsa-public.pem")));
    assertThatThrownBy(() -> KeyFiles.privateKey(file(key), Optional.empty()))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("is encrypted, and there is no passphrase for it");
    assertThatThrownBy(() -> KeyFiles.privateKey(file(key), passphrase("abracadabra")))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("passphrase")
        .hasMessageNotContaining("abracadabra");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ec.p12", "ec-legacy.p12"})
  void aContainerHasKeyAndCertificate(String name) throws Exception {
    KeyFiles.Container container = KeyFiles.pkcs12(file(name), passphrase("open-sesame"));
    assertThat(container.chain()).hasSize(1);
    Octets spki = EndEntity.parse(container.chain().getFirst()).spki();
    assertThat(KeyKind.ofSpki(spki)).contains(KeyKind.ECDSA_P256);
    signs(container.pkcs8(), spki);
    assertThatThrownBy(() -> KeyFiles.pkcs12(file(name), Optional.empty()))
        .hasMessageContaining("there is no passphrase for it");
    assertThatThrownBy(() -> KeyFiles.pkcs12(file(name), passphrase("abracadabra")))
        .hasMessageContaining("is not a PKCS#12 file that this passphrase opens");
  }

  @Test
  void aKeyOfSomethingElseIsRefused() throws Exception {
    Secret rsa = KeyFiles.privateKey(file("rsa-pkcs8.pem"), Optional.empty());
    Octets ec = KeyFiles.publicKey(file("ec-public.pem"));
    assertThatThrownBy(() -> SigningKey.of(CRYPTO, rsa, ec, new SecureRandom()))
        .isInstanceOf(java.security.InvalidKeyException.class);
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutAQuote() throws Exception {
    for (String name : new String[] {"ec-cert.pem", "rsa-public.pem"}) {
      assertThatThrownBy(() -> KeyFiles.privateKey(file(name), Optional.empty()))
          .as(name)
          .isInstanceOf(Malformed.class)
          .hasMessageContaining("holds no private key");
    }
    byte[] whole = file("rsa-pkcs8.pem");
    for (int length = 0; length < whole.length - 60; length += 97) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> KeyFiles.privateKey(cut, Optional.empty()))
          .isInstanceOf(Malformed.class);
    }
  }
}
