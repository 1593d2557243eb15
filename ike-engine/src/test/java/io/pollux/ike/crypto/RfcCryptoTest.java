package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.math.ec.rfc8032.Ed448;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sentences about algorithms, checked against a second computation. */
class RfcCryptoTest {
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();
  private static final byte[] MESSAGE = "octets to sign".getBytes(StandardCharsets.US_ASCII);

  private static Secret agree(Providers providers, KeyExchangeMethod method, String peer)
      throws Malformed {
    int octets = method == KeyExchangeMethod.CURVE25519 ? 32 : 56;
    Secret own = Secret.owning(Octets.ofHex("77".repeat(octets)).toArray());
    return providers.crypto().restore(method, own).agree(Octets.ofHex(peer));
  }

  @ParameterizedTest
  @EnumSource(Providers.class)
  @Rfc({"8031-3.2-2"})
  void rfc8031_3_2_theTopBitIsMaskedForX25519AloneAndValuesNeedNotBeReduced(Providers providers)
      throws Malformed {
    KeyExchangeMethod x25519 = KeyExchangeMethod.CURVE25519;
    Secret nine = agree(providers, x25519, "09" + "00".repeat(31));
    assertThat(agree(providers, x25519, "09" + "00".repeat(30) + "80")).isEqualTo(nine);
    assertThat(agree(providers, x25519, "f6" + "ff".repeat(30) + "7f")).isEqualTo(nine); // p + 9
    KeyExchangeMethod x448 = KeyExchangeMethod.CURVE448;
    Secret five = agree(providers, x448, "05" + "00".repeat(55));
    assertThat(agree(providers, x448, "04" + "00".repeat(27) + "ff".repeat(28)))
        .isEqualTo(five); // p + 5
    assertThat(agree(providers, x448, "05" + "00".repeat(54) + "80")).isNotEqualTo(five);
  }

  private static boolean verify(SignatureScheme scheme, Octets spki, byte[] signature) {
    return new Signatures(CRYPTO)
        .verify(scheme, spki, Octets.of(MESSAGE), Octets.owning(signature));
  }

  @Test
  @Rfc({"8420-2-2"})
  void rfc8420_2_thePrehashedVersionsAreNotAccepted() throws Exception {
    SecureRandom random = new SeededRandom(8420);
    byte[] key = new byte[32];
    byte[] open = new byte[32];
    Ed25519.generatePrivateKey(random, key);
    Ed25519.generatePublicKey(key, 0, open, 0);
    Octets spki = Octets.concat(Octets.ofHex("302a300506032b6570032100"), Octets.of(open));
    byte[] pure = new byte[64];
    Ed25519.sign(key, 0, MESSAGE, 0, MESSAGE.length, pure, 0);
    byte[] prehashed = new byte[64];
    byte[] hash = MessageDigest.getInstance("SHA-512").digest(MESSAGE);
    Ed25519.signPrehash(key, 0, new byte[0], hash, 0, prehashed, 0);
    assertThat(verify(SignatureScheme.ED25519, spki, pure)).isTrue();
    assertThat(verify(SignatureScheme.ED25519, spki, prehashed)).isFalse();

    byte[] key448 = new byte[57];
    byte[] open448 = new byte[57];
    Ed448.generatePrivateKey(random, key448);
    Ed448.generatePublicKey(key448, 0, open448, 0);
    Octets spki448 = Octets.concat(Octets.ofHex("3043300506032b6571033a00"), Octets.of(open448));
    byte[] pure448 = new byte[114];
    Ed448.sign(key448, 0, new byte[0], MESSAGE, 0, MESSAGE.length, pure448, 0);
    SHAKEDigest shake = new SHAKEDigest(256);
    shake.update(MESSAGE, 0, MESSAGE.length);
    byte[] hash448 = new byte[64];
    shake.doFinal(hash448, 0, 64);
    byte[] prehashed448 = new byte[114];
    Ed448.signPrehash(key448, 0, new byte[0], hash448, 0, prehashed448, 0);
    assertThat(verify(SignatureScheme.ED448, spki448, pure448)).isTrue();
    assertThat(verify(SignatureScheme.ED448, spki448, prehashed448)).isFalse();
  }

  /** X9.62: of a hash longer than the order the leftmost bits count. */
  @Test
  @Rfc({"7427-3-2"})
  void rfc7427_3_aLongHashIsTruncatedFromTheRight() throws Exception {
    TestPki.Entity owner = TestPki.ca("CN=Truncation", "p256");
    X9ECParameters curve = CustomNamedCurves.getByName("secp256r1");
    ECDomainParameters domain =
        new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
    ECPublicKey open = (ECPublicKey) owner.pair().getPublic();
    ECPublicKeyParameters check =
        new ECPublicKeyParameters(
            domain.getCurve().createPoint(open.getW().getAffineX(), open.getW().getAffineY()),
            domain);
    byte[] leftmost = Arrays.copyOf(MessageDigest.getInstance("SHA-512").digest(MESSAGE), 32);
    Octets ours =
        owner.key().sign(SignatureScheme.ECDSA_SHA512, Octets.of(MESSAGE), new SecureRandom());
    Octets raw = EcdsaForm.toRaw(KeyKind.ECDSA_P256, ours);
    ECDSASigner second = new ECDSASigner();
    second.init(false, check);
    assertThat(
            second.verifySignature(
                leftmost,
                new BigInteger(1, raw.slice(0, 32).toArray()),
                new BigInteger(1, raw.slice(32, 64).toArray())))
        .isTrue();
    second.init(
        true,
        new ECPrivateKeyParameters(((ECPrivateKey) owner.pair().getPrivate()).getS(), domain));
    BigInteger[] theirs = second.generateSignature(leftmost);
    ASN1EncodableVector parts = new ASN1EncodableVector();
    parts.add(new ASN1Integer(theirs[0]));
    parts.add(new ASN1Integer(theirs[1]));
    byte[] der = new DERSequence(parts).getEncoded();
    assertThat(verify(SignatureScheme.ECDSA_SHA512, owner.spki(), der)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Encryption.class,
      names = {"ENCR_CHACHA20_POLY1305", "ENCR_AES_GCM_16", "ENCR_AES_CTR"})
  @Rfc({"7634-2-1", "6311-3.4-1"})
  void rfc7634_2_noIvTwiceNotEvenByTheNodeThatTakesOver(Encryption encryption) {
    Set<Octets> seen = new HashSet<>();
    for (long reign : new long[] {1, 2, 3, 0xff_ffffL}) {
      IvSource ivs = new IvSource(reign, new SeededRandom(1));
      for (int i = 0; i < 5_000; i++) {
        assertThat(seen.add(Octets.owning(ivs.next(encryption)))).isTrue();
      }
    }
  }

  /** CBC with the padding that a peer may choose: any content, any length that fits the block. */
  @ParameterizedTest
  @ValueSource(ints = {7, 23, 39, 247})
  @Rfc({"7296-3.14-3", "7296-3.14-4", "7296-3.14-5"})
  void rfc7296_3_14_anyPaddingAndAnyIvIsAccepted(int padding) throws Exception {
    IkeAlgorithms algorithms = new IkeAlgorithms(12, 256, 5, 12, 31);
    IkeKeys keys = SkCipherTest.keys(algorithms);
    byte[] head = Octets.ofHex("aa".repeat(32)).toArray();
    byte[] content = Octets.ofHex("c0ffee0011223344").toArray();
    byte[] padded = Arrays.copyOf(content, content.length + padding + 1);
    Arrays.fill(padded, content.length, padded.length, (byte) 0x5a);
    padded[padded.length - 1] = (byte) padding;
    for (byte[] iv : List.of(new byte[16], head)) {
      Cipher cbc = Cipher.getInstance("AES/CBC/NoPadding");
      cbc.init(
          Cipher.ENCRYPT_MODE,
          keys.skEi().use(k -> new SecretKeySpec(k, "AES")),
          new IvParameterSpec(iv, 0, 16));
      Octets body = Octets.concat(Octets.of(iv).slice(0, 16), Octets.owning(cbc.doFinal(padded)));
      Octets covered = Octets.concat(Octets.of(head), body);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(keys.skAi().use(k -> new SecretKeySpec(k, "HmacSHA256")));
      Octets icv = Octets.owning(mac.doFinal(covered.toArray())).slice(0, 16);
      SkCipher opening = SkCipher.of(CRYPTO, algorithms, keys, Role.RESPONDER);
      assertThat(opening.open(Octets.concat(covered, icv).toArray(), head.length))
          .isEqualTo(content);
    }
  }

  @Test
  @Rfc({"7296-3.14-3", "7296-3.14-4"})
  void rfc7296_3_14_whatIsSentFillsTheBlockUnderAFreshIv() {
    IkeAlgorithms algorithms = new IkeAlgorithms(12, 256, 5, 12, 31);
    SkCipher sealing =
        SkCipher.of(CRYPTO, algorithms, SkCipherTest.keys(algorithms), Role.INITIATOR);
    IvSource ivs = new IvSource(1, new SeededRandom(314));
    Set<Octets> seen = new HashSet<>();
    for (int length = 0; length < 100; length++) {
      byte[] iv = ivs.next(Encryption.ENCR_AES_CBC);
      assertThat(seen.add(Octets.of(iv))).isTrue();
      byte[] body = sealing.seal(new byte[32], new byte[length], iv);
      int encrypted = body.length - iv.length - sealing.icvLength();
      assertThat(encrypted % 16).isZero();
      assertThat(encrypted).isGreaterThan(length);
    }
  }
}
