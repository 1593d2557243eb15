package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SkCipherTest {
  /** McGrew and Viega, The Galois/Counter Mode of Operation, test cases 4 and 16. */
  @ParameterizedTest
  @EnumSource(Providers.class)
  void aesGcmVectors(Providers providers) throws Exception {
    Octets plain =
        Octets.ofHex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    Octets aad = Octets.ofHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    // The 96 bits cafebabe facedbaddecaf888 are salt and IV here.
    String key = "feffe9928665731c6d6a8f9467308308";
    assertThat(gcm(providers, key, aad, plain))
        .isEqualTo(
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
                + "5bc94fbc3221a5db94fae95ae7121a47");
    assertThat(gcm(providers, key + key, aad, plain))
        .isEqualTo(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b");
  }

  private static String gcm(Providers providers, String key, Octets aad, Octets plain)
      throws Exception {
    Secret material = Secret.owning(Octets.ofHex(key + "cafebabe").toArray());
    var cipher =
        providers
            .crypto()
            .cipher(
                Encryption.ENCR_AES_GCM_16,
                Cipher.ENCRYPT_MODE,
                material,
                key.length() / 2,
                Octets.ofHex("facedbaddecaf888").toArray());
    cipher.updateAAD(aad.toArray());
    return Octets.owning(cipher.doFinal(plain.toArray())).toHex();
  }

  /** RFC 3686 section 6, case 1. */
  @Test
  void rfc3686_6_aesCtr() throws Exception {
    Secret material =
        Secret.owning(Octets.ofHex("ae6852f8121067cc4bf7a5765577f39e00000030").toArray());
    var cipher =
        IkeCrypto.standard()
            .cipher(Encryption.ENCR_AES_CTR, Cipher.ENCRYPT_MODE, material, 16, new byte[8]);
    byte[] plain = Octets.ofHex("53696e676c6520626c6f636b206d7367").toArray();
    assertThat(Octets.owning(cipher.doFinal(plain)).toHex())
        .isEqualTo("e4095d4fb7a7b3792d6175a3261311b8");
  }

  /** RFC 3602 section 4, case 2. */
  @ParameterizedTest
  @EnumSource(Providers.class)
  void rfc3602_4_aesCbc(Providers providers) throws Exception {
    Secret key = Secret.owning(Octets.ofHex("c286696d887c9aa0611bbb3e2025a45a").toArray());
    byte[] iv = Octets.ofHex("562e17996d093d28ddb3ba695a2e6f58").toArray();
    byte[] plain = new byte[32];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (byte) i;
    }
    var cipher =
        providers.crypto().cipher(Encryption.ENCR_AES_CBC, Cipher.ENCRYPT_MODE, key, 16, iv);
    assertThat(Octets.owning(cipher.doFinal(plain)).toHex())
        .isEqualTo("d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1");
  }

  /** Every cipher with every provider, and each provider opens what another one sealed. */
  @ParameterizedTest
  @EnumSource(Providers.class)
  void whatIsSealedHereIsOpenedEverywhere(Providers providers) throws Malformed {
    byte[] head = Octets.ofHex("aa".repeat(32)).toArray();
    for (IkeAlgorithms algorithms : everyCipher()) {
      if (providers == Providers.JDK
          && algorithms.encryption() == Encryption.ENCR_AES_GCM_8.number()) {
        continue; // the JDK has no tags of 64 bits; Bouncy Castle has
      }
      IkeKeys keys = keys(algorithms);
      SkCipher sealing = SkCipher.of(providers.crypto(), algorithms, keys, Role.INITIATOR);
      SkCipher opening = SkCipher.of(IkeCrypto.standard(), algorithms, keys, Role.RESPONDER);
      for (int length : new int[] {0, 1, 14, 15, 16, 17, 255, 256, 1400}) {
        byte[] plain = new byte[length];
        new SeededRandom(length).nextBytes(plain);
        byte[] iv = new byte[sealing.ivLength()];
        new SeededRandom(length + 1).nextBytes(iv);
        byte[] body = sealing.seal(head, plain, iv);
        assertThat(body.length).isEqualTo(sealing.sealedLength(length));
        assertThat(sealing.plainLength(body.length)).isGreaterThanOrEqualTo(length);
        assertThat(sealing.sealedLength(sealing.plainLength(body.length))).isEqualTo(body.length);
        byte[] message = Octets.concat(Octets.of(head), Octets.owning(body)).toArray();
        assertThat(opening.open(message, head.length)).as("%s", algorithms).isEqualTo(plain);
      }
    }
  }

  @Test
  void everyOctetIsProtectedInEveryMode() {
    byte[] head = Octets.ofHex("aa".repeat(32)).toArray();
    for (IkeAlgorithms algorithms : everyCipher()) {
      IkeKeys keys = keys(algorithms);
      SkCipher sealing = SkCipher.of(IkeCrypto.standard(), algorithms, keys, Role.RESPONDER);
      SkCipher opening = SkCipher.of(IkeCrypto.standard(), algorithms, keys, Role.INITIATOR);
      byte[] body = sealing.seal(head, new byte[20], new byte[sealing.ivLength()]);
      byte[] message = Octets.concat(Octets.of(head), Octets.of(body)).toArray();
      for (int i = 0; i < message.length; i++) {
        byte[] changed = message.clone();
        changed[i] ^= 0x10;
        assertDropped(opening, changed, head.length);
      }
      for (int length = head.length; length < message.length; length++) {
        assertDropped(opening, Arrays.copyOf(message, length), head.length);
      }
      // Our own message coming back is sealed with the other direction's key.
      assertDropped(sealing, message, head.length);
    }
  }

  private static void assertDropped(SkCipher cipher, byte[] message, int bodyFrom) {
    assertThatThrownBy(() -> cipher.open(message, bodyFrom))
        .isInstanceOfSatisfying(
            Malformed.class, m -> assertThat(m.answer()).isEqualTo(Malformed.DROP));
  }

  @Test
  void ivsOfAnAeadAreEpochAndCounter() {
    IvSource ivs = new IvSource(0x7_123456L, new SeededRandom(1));
    assertThat(Octets.owning(ivs.next(Encryption.ENCR_AES_GCM_16)).toHex())
        .isEqualTo("1234560000000000");
    assertThat(Octets.owning(ivs.next(Encryption.ENCR_AES_GCM_16)).toHex())
        .isEqualTo("1234560000000001");
    assertThat(ivs.next(Encryption.ENCR_AES_CBC)).isNotEqualTo(ivs.next(Encryption.ENCR_AES_CBC));
    assertThat(Octets.owning(ivs.next(Encryption.ENCR_AES_GCM_16)).toHex())
        .isEqualTo("1234560000000002");
  }

  static List<IkeAlgorithms> everyCipher() {
    List<IkeAlgorithms> all = new ArrayList<>();
    for (Encryption encryption : Encryption.values()) {
      List<Integer> sizes = encryption.keyBits().isEmpty() ? List.of(0) : encryption.keyBits();
      for (int bits : sizes) {
        if (encryption.isAead()) {
          all.add(new IkeAlgorithms(encryption.number(), bits, 5, 0, 31));
        } else {
          for (Integrity integrity : Integrity.values()) {
            all.add(new IkeAlgorithms(encryption.number(), bits, 5, integrity.number(), 31));
          }
        }
      }
    }
    return all;
  }

  static IkeKeys keys(IkeAlgorithms algorithms) {
    return KeySchedule.initial(
        IkeCrypto.standard(),
        algorithms,
        Secret.owning(new byte[32]),
        Octets.ofHex("11".repeat(16)),
        Octets.ofHex("22".repeat(16)),
        new IkeSpis(new IkeSpi(1), new IkeSpi(2)));
  }
}
