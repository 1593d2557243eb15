package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the formulas of RFC 7296, written down a second time with nothing but the JDK's HMAC. */
class KeyScheduleTest {
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();
  private static final Octets NI = Octets.ofHex("11".repeat(32));
  private static final Octets NR = Octets.ofHex("22".repeat(24));
  private static final IkeSpis SPIS =
      new IkeSpis(new IkeSpi(0x0102030405060708L), new IkeSpi(0xf1f2f3f4f5f6f7f8L));
  private static final Secret SHARED = Secret.owning(bytes("33".repeat(32)));

  private static final IkeAlgorithms GCM_SHA384 = new IkeAlgorithms(20, 256, 6, 0, 31);
  private static final IkeAlgorithms CBC_SHA256 = new IkeAlgorithms(12, 128, 5, 12, 19);

  @ParameterizedTest
  @EnumSource(value = Prf.class, names = "PRF_HMAC_.*", mode = EnumSource.Mode.MATCH_ALL)
  void rfc7296_2_13_prfPlus(Prf prf) {
    Secret key = Secret.owning(bytes("0b0c"));
    for (int length : new int[] {0, 1, prf.length(), prf.length() + 1, 5 * prf.length() - 1}) {
      Secret got = KeySchedule.prfPlus(CRYPTO, prf, key, NI, length);
      assertThat(got).isEqualTo(Secret.owning(plus(prf, bytes("0b0c"), NI.toArray(), length)));
    }
  }

  /** The counter is a single octet, so the function is not defined beyond 255 blocks. */
  @Test
  void rfc7296_2_13_prfPlusHasAnEnd() {
    Prf prf = Prf.PRF_HMAC_SHA2_256;
    assertThat(KeySchedule.prfPlus(CRYPTO, prf, SHARED, NI, 255 * 32).length()).isEqualTo(255 * 32);
    assertThatThrownBy(() -> KeySchedule.prfPlus(CRYPTO, prf, SHARED, NI, 255 * 32 + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Rfc({"7296-2.13-3", "7296-2.14-1"})
  void rfc7296_2_14_initialKeysWithAead() {
    IkeKeys keys = KeySchedule.initial(CRYPTO, GCM_SHA384, SHARED, NI, NR, SPIS);
    byte[] skeyseed = hmac(Prf.PRF_HMAC_SHA2_384, join(NI, NR), bytes("33".repeat(32)));
    byte[] stream =
        plus(Prf.PRF_HMAC_SHA2_384, skeyseed, join(NI, NR, spiOctets()), 3 * 48 + 2 * 36);
    assertThat(keys.skD()).isEqualTo(part(stream, 0, 48));
    assertThat(keys.skAi().isEmpty()).isTrue(); // RFC 5282 section 7.1
    assertThat(keys.skAr().isEmpty()).isTrue();
    assertThat(keys.skEi()).isEqualTo(part(stream, 48, 36)); // 32 of key, 4 of salt
    assertThat(keys.skEr()).isEqualTo(part(stream, 84, 36));
    assertThat(keys.skPi()).isEqualTo(part(stream, 120, 48));
    assertThat(keys.skPr()).isEqualTo(part(stream, 168, 48));
  }

  @Test
  void rfc7296_2_14_initialKeysWithCbcAndIntegrity() {
    IkeKeys keys = KeySchedule.initial(CRYPTO, CBC_SHA256, SHARED, NI, NR, SPIS);
    byte[] skeyseed = hmac(Prf.PRF_HMAC_SHA2_256, join(NI, NR), bytes("33".repeat(32)));
    byte[] stream = plus(Prf.PRF_HMAC_SHA2_256, skeyseed, join(NI, NR, spiOctets()), 5 * 32 + 32);
    assertThat(keys.skD()).isEqualTo(part(stream, 0, 32));
    assertThat(keys.skAi()).isEqualTo(part(stream, 32, 32));
    assertThat(keys.skAr()).isEqualTo(part(stream, 64, 32));
    assertThat(keys.skEi()).isEqualTo(part(stream, 96, 16));
    assertThat(keys.skEr()).isEqualTo(part(stream, 112, 16));
    assertThat(keys.skPi()).isEqualTo(part(stream, 128, 32));
    assertThat(keys.skPr()).isEqualTo(part(stream, 160, 32));
  }

  /** Where output and key of the PRF have one size: SK_x = prf(PPK, SK_x' | 0x01). */
  @Test
  void rfc8784_3_ppkIsMixedIntoThreeKeysAndLeavesTheOthersAlone() {
    IkeKeys plain = KeySchedule.initial(CRYPTO, CBC_SHA256, SHARED, NI, NR, SPIS);
    byte[] ppk = bytes("5a".repeat(40));
    IkeKeys keys = KeySchedule.withPpk(CRYPTO, Prf.PRF_HMAC_SHA2_256, Secret.copyOf(ppk), plain);
    assertThat(keys.skD()).isEqualTo(once(ppk, plain.skD()));
    assertThat(keys.skPi()).isEqualTo(once(ppk, plain.skPi()));
    assertThat(keys.skPr()).isEqualTo(once(ppk, plain.skPr()));
    assertThat(keys.skEi()).isEqualTo(plain.skEi());
    assertThat(keys.skEr()).isEqualTo(plain.skEr());
    assertThat(keys.skAi()).isEqualTo(plain.skAi());
    assertThat(keys.skAr()).isEqualTo(plain.skAr());
  }

  private static Secret once(byte[] ppk, Secret key) {
    byte[] seed = key.use(k -> bytes(java.util.HexFormat.of().formatHex(k) + "01"));
    return Secret.owning(hmac(Prf.PRF_HMAC_SHA2_256, ppk, seed));
  }

  /** SKEYSEED with the old PRF and the old SK_d, everything after it with the new PRF. */
  @Test
  void rfc7296_2_18_rekeyedIkeSa() {
    Secret oldSkD = Secret.owning(bytes("44".repeat(48)));
    IkeKeys keys = KeySchedule.rekey(CRYPTO, GCM_SHA384, oldSkD, CBC_SHA256, SHARED, NI, NR, SPIS);
    byte[] skeyseed =
        hmac(
            Prf.PRF_HMAC_SHA2_384,
            bytes("44".repeat(48)),
            bytes("33".repeat(32) + NI.toHex() + NR.toHex()));
    byte[] stream = plus(Prf.PRF_HMAC_SHA2_256, skeyseed, join(NI, NR, spiOctets()), 5 * 32 + 32);
    assertThat(keys.skD()).isEqualTo(part(stream, 0, 32));
    assertThat(keys.skPr()).isEqualTo(part(stream, 160, 32));
  }

  @Test
  @Rfc({"7296-2.17-1", "7296-2.17-2"})
  void rfc7296_2_17_keymatOfTheInitiatorsDirectionComesFirst() {
    Secret skD = Secret.owning(bytes("55".repeat(32)));
    EspAlgorithms cbc = new EspAlgorithms(12, 256, 12, false);
    byte[] stream =
        plus(Prf.PRF_HMAC_SHA2_256, bytes("55".repeat(32)), join(NI, NR), 2 * (32 + 32));
    EspKeys i = child(skD, cbc, Optional.empty(), Role.INITIATOR);
    assertThat(i.outboundEncryption()).isEqualTo(part(stream, 0, 32));
    assertThat(i.outboundIntegrity()).isEqualTo(part(stream, 32, 32));
    assertThat(i.inboundEncryption()).isEqualTo(part(stream, 64, 32));
    assertThat(i.inboundIntegrity()).isEqualTo(part(stream, 96, 32));
    assertThat(child(skD, cbc, Optional.empty(), Role.RESPONDER))
        .isEqualTo(
            new EspKeys(
                i.outboundEncryption(),
                i.outboundIntegrity(),
                i.inboundEncryption(),
                i.inboundIntegrity()));
  }

  @Test
  void rfc7296_2_17_withAKeyExchangeTheSharedSecretLeadsTheSeed() {
    Secret skD = Secret.owning(bytes("55".repeat(32)));
    EspAlgorithms gcm = new EspAlgorithms(20, 128, 0, true);
    byte[] seed = bytes("33".repeat(32) + NI.toHex() + NR.toHex());
    byte[] stream = plus(Prf.PRF_HMAC_SHA2_256, bytes("55".repeat(32)), seed, 2 * 20);
    EspKeys keys = child(skD, gcm, Optional.of(SHARED), Role.INITIATOR);
    assertThat(keys.outboundEncryption()).isEqualTo(part(stream, 0, 20)); // key and salt
    assertThat(keys.inboundEncryption()).isEqualTo(part(stream, 20, 20));
    assertThat(keys.outboundIntegrity().isEmpty()).isTrue();
    assertThat(keys.inboundIntegrity().isEmpty()).isTrue();
  }

  @Test
  void everyEncryptionHasItsKeyingMaterial() {
    // RFC 4106 section 8.1, RFC 7634 section 2: salt of 4 octets behind the key.
    assertThat(Encryption.ENCR_AES_GCM_16.keyMaterialLength(256)).isEqualTo(36);
    assertThat(Encryption.ENCR_AES_GCM_16.keyMaterialLength(128)).isEqualTo(20);
    assertThat(Encryption.ENCR_CHACHA20_POLY1305.keyMaterialLength(0)).isEqualTo(36);
    assertThat(Encryption.ENCR_AES_CBC.keyMaterialLength(192)).isEqualTo(24);
  }

  @Test
  void rfc7296_2_15_pskAuth() {
    Secret psk = Secret.owning("correct horse".getBytes(StandardCharsets.US_ASCII));
    Secret skPi = Secret.owning(bytes("66".repeat(32)));
    Octets message = Octets.ofHex("77".repeat(300));
    Octets id = Octets.ofHex("02000000616263");
    Prf prf = Prf.PRF_HMAC_SHA2_256;

    Octets signed = PskAuth.signedOctets(CRYPTO, prf, message, NR, skPi, id, Octets.EMPTY);
    byte[] maced = hmac(prf, bytes("66".repeat(32)), id.toArray());
    assertThat(signed).isEqualTo(Octets.concat(message, NR, Octets.owning(maced)));

    byte[] padded =
        hmac(
            prf,
            "correct horse".getBytes(StandardCharsets.US_ASCII),
            "Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII));
    Octets auth = PskAuth.compute(CRYPTO, prf, psk, signed);
    assertThat(auth).isEqualTo(Octets.owning(hmac(prf, padded, signed.toArray())));

    assertThat(PskAuth.verify(CRYPTO, prf, psk, signed, auth)).isTrue();
    byte[] wrong = auth.toArray();
    wrong[31] ^= 1;
    assertThat(PskAuth.verify(CRYPTO, prf, psk, signed, Octets.of(wrong))).isFalse();
    assertThat(PskAuth.verify(CRYPTO, prf, psk, signed, auth.slice(0, 31))).isFalse();
    assertThat(PskAuth.verify(CRYPTO, prf, psk, signed, Octets.EMPTY)).isFalse();
    Secret other = Secret.owning("correct horsf".getBytes(StandardCharsets.US_ASCII));
    assertThat(PskAuth.verify(CRYPTO, prf, other, signed, auth)).isFalse();
  }

  private static EspKeys child(
      Secret skD, EspAlgorithms algorithms, Optional<Secret> shared, Role us) {
    return KeySchedule.child(CRYPTO, Prf.PRF_HMAC_SHA2_256, skD, algorithms, shared, NI, NR, us);
  }

  private static byte[] plus(Prf prf, byte[] key, byte[] seed, int length) {
    byte[] all = {};
    byte[] t = {};
    for (int i = 1; all.length < length; i++) {
      byte[] input = Arrays.copyOf(t, t.length + seed.length + 1);
      System.arraycopy(seed, 0, input, t.length, seed.length);
      input[input.length - 1] = (byte) i;
      t = hmac(prf, key, input);
      int at = all.length;
      all = Arrays.copyOf(all, at + t.length);
      System.arraycopy(t, 0, all, at, t.length);
    }
    return Arrays.copyOf(all, length);
  }

  private static byte[] hmac(Prf prf, byte[] key, byte[] data) {
    String name =
        switch (prf) {
          case PRF_HMAC_SHA1 -> "HmacSHA1";
          case PRF_HMAC_SHA2_256 -> "HmacSHA256";
          case PRF_HMAC_SHA2_384 -> "HmacSHA384";
          case PRF_HMAC_SHA2_512 -> "HmacSHA512";
          case PRF_AES128_XCBC, PRF_AES128_CMAC -> throw new AssertionError(prf);
        };
    try {
      Mac mac = Mac.getInstance(name, "SunJCE");
      mac.init(new SecretKeySpec(key, name));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Octets spiOctets() {
    return Octets.ofHex("0102030405060708f1f2f3f4f5f6f7f8");
  }

  private static byte[] join(Octets... parts) {
    return Octets.concat(parts).toArray();
  }

  private static Secret part(byte[] stream, int from, int length) {
    return Secret.owning(Arrays.copyOfRange(stream, from, from + length));
  }

  private static byte[] bytes(String hex) {
    return Octets.ofHex(hex).toArray();
  }
}
