package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pollux.agent.token.SoftHsm;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.Signatures;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.wire.Octets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code key = "pkcs11:..."}, with tokens of SoftHSM. */
class TokenConfigTest {
  private static final Octets MESSAGE = Octets.ofHex("00112233");
  private static final String NOT_FOUND = "there is no token token=";

  @TempDir Path folder;
  private SoftHsm token;

  @BeforeEach
  void makeToken() throws Exception {
    assumeTrue(SoftHsm.isInstalled(), "softhsm2 is not installed (Debian: softhsm2)");
    token = SoftHsm.create();
    SoftHsm.writePin(folder, SoftHsm.PIN);
  }

  /** Raw public keys: everything about the key is there, without a CA. */
  private PolluxConfig load(String uri, KeyPair own, String more) throws Exception {
    for (String name : List.of("own.pub", "peer.pub")) {
      String text = Base64.getMimeEncoder().encodeToString(own.getPublic().getEncoded());
      Files.writeString(
          folder.resolve(name),
          "-----BEGIN PUBLIC KEY-----\n" + text + "\n-----END PUBLIC KEY-----\n");
    }
    String text =
        """
        connections {
          branch {
            local { address = 203.0.113.1, id = a.example, auth = pubkey, public-key = own.pub,
                    key = "%s" %s }
            remote { address = 198.51.100.2, id = b.example, auth = pubkey, public-key = peer.pub }
            children { net { local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24] } }
          }
        }
        """;
    Path file = folder.resolve("p.conf");
    return ConfigLoader.load(Files.writeString(file, text.formatted(uri, more)));
  }

  private SigningKey key(String uri, KeyPair own) throws Exception {
    Octets spki = Octets.of(own.getPublic().getEncoded());
    return load(uri, own, "").credentials().key(spki).orElseThrow();
  }

  private String problems(String uri, KeyPair own) {
    ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(uri, own, ""));
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage()).contains("p.conf:").contains("local.key");
    return refused.getMessage();
  }

  private KeyPair put(String algorithm, String object, String id) throws Exception {
    KeyPair pair = SoftHsm.pair(algorithm);
    token.put(pair, object, id);
    return pair;
  }

  private static void signs(SigningKey key, SignatureScheme scheme) throws Exception {
    Octets signature = key.sign(scheme, MESSAGE, new SecureRandom());
    assertThat(new Signatures(IkeCrypto.standard()).verify(scheme, key.spki(), MESSAGE, signature))
        .as("%s", scheme)
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1", "RSA"})
  void keySignsWithAllItsSchemes(String algorithm) throws Exception {
    KeyPair pair = put(algorithm, "gateway", "0a0b");
    SigningKey key = key(token.uri("object=gateway"), pair);
    List<SignatureScheme> fitting =
        SignatureScheme.standard().stream().filter(s -> s.fits(key.kind())).toList();
    assertThat(fitting).hasSize(algorithm.equals("RSA") ? 6 : 3);
    for (SignatureScheme scheme : fitting) {
      signs(key, scheme);
    }
    if (algorithm.equals("RSA")) {
      signs(key, SignatureScheme.RSA_PKCS1_SHA1);
    }
  }

  @Test
  void keyIsFoundByItsIdAmongOthersOfTheSameName() throws Exception {
    put("secp256r1", "gateway", "01");
    KeyPair second = put("secp256r1", "gateway", "0203");
    signs(key(token.uri("id=%02%03"), second), SignatureScheme.ECDSA_SHA256);
    assertThat(problems(token.uri("object=gateway"), second))
        .contains("has 2 private keys object=gateway; name both object= and id=");
  }

  @Test
  void whatIsNotThereIsNamed() throws Exception {
    KeyPair pair = put("secp256r1", "gateway", "01");
    String uri = token.uri("object=gateway");
    assertThat(problems(uri.replace("object=gateway", "object=other"), pair))
        .contains("the token " + token.label() + " has no private key object=other");
    assertThat(problems(uri.replace("token=" + token.label(), "token=elsewhere"), pair))
        .contains(NOT_FOUND + "elsewhere; the module has ")
        .contains("token=" + token.label() + ";serial=");
    assertThat(problems(uri.replace("libsofthsm2.so", "none.so"), pair))
        .contains("the module /usr/lib/softhsm/none.so does not exist");
    Path text = Files.writeString(folder.resolve("text.so"), "no module");
    assertThat(problems(uri.replaceAll("module-path=[^&]*", "module-path=" + text), pair))
        .contains(text + " is no PKCS#11 module");
  }

  @Test
  void anotherPublicKeyIsRefused() throws Exception {
    put("secp256r1", "gateway", "01");
    assertThat(problems(token.uri("object=gateway"), SoftHsm.pair("secp256r1")))
        .contains("does not belong to the public key");
  }

  @Test
  void wrongPinIsSaidWithoutTheNumber() throws Exception {
    KeyPair pair = put("secp256r1", "gateway", "01");
    SoftHsm.writePin(folder, "66778899");
    assertThat(problems(token.uri("object=gateway"), pair))
        .contains("refuses the PIN in pin.txt")
        .contains("CKR_PIN_INCORRECT")
        .doesNotContain("66778899");
    SoftHsm.writePin(folder, SoftHsm.PIN);
    signs(key(token.uri("object=gateway"), pair), SignatureScheme.ECDSA_SHA256);
  }

  @Test
  void fileWithThePinIsLookedAtAsAnySecretFile() throws Exception {
    KeyPair pair = put("secp256r1", "gateway", "01");
    String uri = token.uri("object=gateway");
    Path pin = folder.resolve("pin.txt");
    Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(problems(uri, pair)).contains("pin-source " + pin + " has mode rw-r--r--");
    Files.delete(pin);
    assertThat(problems(uri, pair)).contains("pin-source " + pin + " does not exist");
    SoftHsm.writePin(folder, "");
    assertThat(problems(uri, pair)).contains("pin-source " + pin + " is empty");
    assertThat(problems(uri.replace("&pin-source=pin.txt", ""), pair)).contains("wants a PIN");
  }

  @Test
  void tokenThatIsTakenAwayAndComesBack() throws Exception {
    KeyPair pair = put("secp256r1", "gateway", "01");
    SigningKey key = key(token.uri("object=gateway"), pair);
    token.unplug();
    assertThatThrownBy(() -> key.sign(SignatureScheme.ECDSA_SHA256, MESSAGE, new SecureRandom()))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("PKCS#11 key object=gateway");
    token.plug();
    signs(key, SignatureScheme.ECDSA_SHA256);
  }

  @Test
  void pinThatWasRefusedIsNotTriedAgain() throws Exception {
    KeyPair pair = put("secp256r1", "gateway", "01");
    SigningKey key = key(token.uri("object=gateway"), pair);
    token.unplug();
    assertThatThrownBy(() -> signs(key, SignatureScheme.ECDSA_SHA256))
        .isInstanceOf(InvalidKeyException.class);
    token.plug();
    SoftHsm.writePin(folder, "66778899");
    for (String why : List.of("CKR_PIN_INCORRECT (0xa0)", "was refused before", "was refused")) {
      assertThatThrownBy(() -> signs(key, SignatureScheme.ECDSA_SHA256))
          .isInstanceOf(InvalidKeyException.class)
          .hasMessageContaining(why)
          .hasMessageNotContaining("66778899");
    }
    SoftHsm.writePin(folder, SoftHsm.PIN);
    signs(key, SignatureScheme.ECDSA_SHA256);
  }

  @Test
  void manySignAtOnce() throws Exception {
    KeyPair pair = put("secp256r1", "gateway", "01");
    SigningKey key = key(token.uri("object=gateway"), pair);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(
            threads.submit(
                () -> {
                  signs(key, SignatureScheme.ECDSA_SHA384);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }
}
