package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.crypto.KEM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyAgreementTest {
  private static final IkeCrypto STANDARD = IkeCrypto.standard();

  @ParameterizedTest
  @EnumSource(Providers.class)
  void rfc5903_8_ecpVectors(Providers providers) throws Malformed {
    IkeCrypto crypto = providers.crypto();
    for (List<String> line : Vectors.lines("rfc5903.txt").toList()) {
      KeyExchangeMethod method = KeyExchangeMethod.valueOf(line.getFirst());
      Map<String, String> v = Vectors.named(line);
      KeyAgreement i = crypto.restore(method, secret(v.get("i")));
      KeyAgreement r = crypto.restore(method, secret(v.get("r")));
      assertThat(i.publicValue().toHex()).isEqualTo(v.get("gix") + v.get("giy"));
      assertThat(r.publicValue().toHex()).isEqualTo(v.get("grx") + v.get("gry"));
      assertThat(i.agree(r.publicValue())).isEqualTo(secret(v.get("girx")));
      assertThat(r.agree(i.publicValue())).isEqualTo(secret(v.get("girx")));
    }
  }

  @ParameterizedTest
  @EnumSource(Providers.class)
  @Rfc({"8031-2-1"})
  void rfc8031_appendixA(Providers providers) throws Malformed {
    IkeCrypto crypto = providers.crypto();
    KeyAgreement i =
        crypto.restore(
            KeyExchangeMethod.CURVE25519,
            secret("751fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d94"));
    KeyAgreement r =
        crypto.restore(
            KeyExchangeMethod.CURVE25519,
            secret("0a54645253290d60ddadd0e030bacd9e5501efdc220755a1e978f1b839a05688"));
    assertThat(i.publicValue().toHex())
        .isEqualTo("48d5ddd4061257ba166fa3f9bbdb74f1a4e81c089384fa77f790709f0dfbc766");
    assertThat(r.publicValue().toHex())
        .isEqualTo("0be7c1f5aad87d7e448662673298a443478b859745179eaf564c79c0ef6eee25");
    Secret shared = secret("c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950");
    assertThat(i.agree(r.publicValue())).isEqualTo(shared);
    assertThat(r.agree(i.publicValue())).isEqualTo(shared);
  }

  /** RFC 7748 section 5.2: 1,000 iterations of k, u = X25519(k, u), k. */
  @ParameterizedTest
  @EnumSource(Providers.class)
  void rfc7748_5_2_iterated(Providers providers) throws Malformed {
    IkeCrypto crypto = providers.crypto();
    Octets k = Octets.ofHex("09" + "00".repeat(31));
    Octets u = k;
    for (int i = 0; i < 1000; i++) {
      KeyAgreement scalar =
          crypto.restore(KeyExchangeMethod.CURVE25519, Secret.owning(k.toArray()));
      Octets next = scalar.agree(u).use(Octets::of);
      u = k;
      k = next;
      if (i == 0) {
        assertThat(k.toHex())
            .isEqualTo("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
      }
    }
    assertThat(k.toHex())
        .isEqualTo("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyExchangeMethod.class,
      names = "ML_KEM_.*",
      mode = EnumSource.Mode.MATCH_NONE)
  void bothEndsAgreeAndAnExportGoesOn(KeyExchangeMethod method) throws Malformed {
    KeyAgreement i = STANDARD.keyAgreement(method, new SeededRandom(1));
    KeyAgreement r = STANDARD.keyAgreement(method, new SeededRandom(2));
    assertThat(i.publicValue().length()).isEqualTo(method.publicLength());
    assertThat(i.publicValue()).isNotEqualTo(r.publicValue());
    Secret shared = i.agree(r.publicValue());
    assertThat(r.agree(i.publicValue())).isEqualTo(shared);

    KeyAgreement revived = STANDARD.restore(method, i.export());
    i.close();
    assertThat(revived.publicValue()).isEqualTo(i.publicValue());
    assertThat(revived.agree(r.publicValue())).isEqualTo(shared);
    assertThatThrownBy(() -> i.agree(r.publicValue())).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource(KeyExchangeMethod.class)
  void rfc9370_2_2_1_anAnswerIsWhatTheInitiatorAgreesOn(KeyExchangeMethod method) throws Malformed {
    KeyAgreement ours = STANDARD.keyAgreement(method, new SeededRandom(1));
    assertThat(ours.publicValue().length()).isEqualTo(method.publicLength());
    KeyAgreement.Answer answer = STANDARD.answer(method, ours.publicValue(), new SeededRandom(2));
    KeyAgreement revived = STANDARD.restore(method, ours.export());
    assertThat(ours.agree(answer.publicValue())).isEqualTo(answer.shared());
    assertThat(revived.agree(answer.publicValue())).isEqualTo(answer.shared());
    assertThat(revived.publicValue()).isEqualTo(ours.publicValue());
  }

  @ParameterizedTest
  @EnumSource(KeyExchangeMethod.class)
  void rfc6989_everyWrongLengthOfAnInitiatorIsMalformed(KeyExchangeMethod method) {
    for (int length : new int[] {0, 1, method.publicLength() - 1, method.publicLength() + 1}) {
      assertThatThrownBy(
              () -> STANDARD.answer(method, Octets.owning(new byte[length]), new SeededRandom(1)))
          .isInstanceOf(Malformed.class);
    }
  }

  /** FIPS 203 section 7.2: the modulus check of an encapsulation key. */
  @ParameterizedTest
  @EnumSource(
      value = KeyExchangeMethod.class,
      names = "ML_KEM_.*",
      mode = EnumSource.Mode.MATCH_ALL)
  void fips203_7_2_aKeyThatIsNotReducedIsMalformed(KeyExchangeMethod method) {
    byte[] key = STANDARD.keyAgreement(method, new SeededRandom(1)).publicValue().toArray();
    key[3] = (byte) 0x01; // 3329 = 0xd01
    key[4] = (byte) (key[4] & 0xf0 | 0x0d);
    assertThatThrownBy(() -> STANDARD.answer(method, Octets.owning(key), new SeededRandom(1)))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("below q");
  }

  /** No vectors of NIST are at hand: two implementations, in both directions. */
  @ParameterizedTest
  @EnumSource(
      value = KeyExchangeMethod.class,
      names = "ML_KEM_.*",
      mode = EnumSource.Mode.MATCH_ALL)
  void mlKemIsThatOfTheJdk(KeyExchangeMethod method) throws Exception {
    String name = method.toString().replace('_', '-');
    KeyPair jdk = KeyPairGenerator.getInstance(name, "SunJCE").generateKeyPair();
    byte[] encoded = jdk.getPublic().getEncoded();
    int head = encoded.length - method.publicLength();
    KEM kem = KEM.getInstance("ML-KEM", "SunJCE");

    Octets theirs = Octets.owning(Arrays.copyOfRange(encoded, head, encoded.length));
    KeyAgreement.Answer answer = STANDARD.answer(method, theirs, new SeededRandom(1));
    byte[] shared =
        kem.newDecapsulator(jdk.getPrivate())
            .decapsulate(answer.publicValue().toArray())
            .getEncoded();
    assertThat(answer.shared()).isEqualTo(Secret.owning(shared));

    KeyAgreement ours = STANDARD.keyAgreement(method, new SeededRandom(2));
    byte[] spki = Arrays.copyOf(encoded, encoded.length);
    System.arraycopy(ours.publicValue().toArray(), 0, spki, head, method.publicLength());
    PublicKey key =
        KeyFactory.getInstance("ML-KEM", "SunJCE").generatePublic(new X509EncodedKeySpec(spki));
    KEM.Encapsulated made = kem.newEncapsulator(key).encapsulate();
    assertThat(ours.agree(Octets.owning(made.encapsulation())))
        .isEqualTo(Secret.owning(made.key().getEncoded()));
  }

  @Test
  void x448IsThatOfTheJdk() throws Exception {
    KeyPair jdk = KeyPairGenerator.getInstance("X448", "SunEC").generateKeyPair();
    byte[] encoded = jdk.getPublic().getEncoded();
    int head = encoded.length - 56;
    KeyAgreement ours = STANDARD.keyAgreement(KeyExchangeMethod.CURVE448, new SeededRandom(1));
    byte[] spki = Arrays.copyOf(encoded, encoded.length);
    System.arraycopy(ours.publicValue().toArray(), 0, spki, head, 56);
    var agreement = javax.crypto.KeyAgreement.getInstance("X448", "SunEC");
    agreement.init(jdk.getPrivate());
    agreement.doPhase(
        KeyFactory.getInstance("X448", "SunEC").generatePublic(new X509EncodedKeySpec(spki)), true);
    assertThat(ours.agree(Octets.owning(Arrays.copyOfRange(encoded, head, encoded.length))))
        .isEqualTo(Secret.owning(agreement.generateSecret()));
  }

  /** RFC 6932 appendix A has the same curves for IKEv1. */
  @Test
  void rfc6954_brainpoolVectors() throws Malformed {
    for (List<String> line : Vectors.lines("rfc6932.txt").toList()) {
      KeyExchangeMethod method = KeyExchangeMethod.valueOf(line.getFirst());
      Map<String, String> v = Vectors.named(line);
      KeyAgreement a = STANDARD.restore(method, secret(v.get("dA")));
      KeyAgreement b = STANDARD.restore(method, secret(v.get("dB")));
      assertThat(a.publicValue().toHex()).isEqualTo(v.get("x_qA") + v.get("y_qA"));
      assertThat(b.publicValue().toHex()).isEqualTo(v.get("x_qB") + v.get("y_qB"));
      assertThat(a.agree(b.publicValue())).isEqualTo(secret(v.get("x_Z")));
      assertThat(b.agree(a.publicValue())).isEqualTo(secret(v.get("x_Z")));
    }
  }

  @ParameterizedTest
  @EnumSource(KeyExchangeMethod.class)
  @Rfc({"7296-3.4-1"})
  void rfc6989_everyWrongLengthIsMalformed(KeyExchangeMethod method) {
    KeyAgreement ours = STANDARD.keyAgreement(method, new SeededRandom(3));
    for (int length : new int[] {0, 1, method.publicLength() - 1, method.publicLength() + 1}) {
      assertMalformed(ours, Octets.owning(new byte[length]));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyExchangeMethod.class,
      names = {"ECP_.*", "BRAINPOOL_.*"},
      mode = EnumSource.Mode.MATCH_ANY)
  @Rfc({"6989-2.3-1"})
  void rfc6989_2_3_aPointThatIsNotOnTheCurveIsMalformed(KeyExchangeMethod method) {
    KeyAgreement ours = STANDARD.keyAgreement(method, new SeededRandom(4));
    byte[] peer = STANDARD.keyAgreement(method, new SeededRandom(5)).publicValue().toArray();
    peer[peer.length - 1] ^= 1;
    assertMalformed(ours, Octets.owning(peer));
    assertMalformed(ours, Octets.owning(new byte[peer.length]));
    byte[] ones = new byte[peer.length];
    java.util.Arrays.fill(ones, (byte) 0xff);
    assertMalformed(ours, Octets.owning(ones));
  }

  /** RFC 7748 section 6.1 and RFC 8031 section 5: the points of small order, all of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
      })
  @Rfc({"8031-2-1"})
  void rfc8031_5_aPointOfSmallOrderIsMalformed(String point) {
    for (Providers providers : Providers.values()) {
      KeyAgreement ours =
          providers.crypto().keyAgreement(KeyExchangeMethod.CURVE25519, new SeededRandom(6));
      assertMalformed(ours, Octets.ofHex(point));
    }
  }

  @ParameterizedTest
  @EnumSource(value = KeyExchangeMethod.class, names = "MODP_.*", mode = EnumSource.Mode.MATCH_ALL)
  @Rfc({"6989-2.1-1"})
  void rfc6989_2_1_trivialModpValuesAreMalformed(KeyExchangeMethod method) {
    KeyAgreement ours = STANDARD.keyAgreement(method, new SeededRandom(7));
    BigInteger p = ModpGroups.prime(method);
    List<BigInteger> trivial =
        List.of(
            BigInteger.ZERO, BigInteger.ONE, p.subtract(BigInteger.ONE), p, p.add(BigInteger.ONE));
    for (BigInteger y : trivial) {
      byte[] value = ModpAgreement.fixedLength(y.toByteArray(), method.publicLength());
      assertMalformed(ours, Octets.owning(value));
    }
  }

  /** p = 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + k), RFC 3526 sections 3 to 5. */
  @Test
  void rfc3526_thePrimesFollowTheFormula() {
    Map<KeyExchangeMethod, Integer> addends =
        Map.of(
            KeyExchangeMethod.MODP_2048, 124476,
            KeyExchangeMethod.MODP_3072, 1690314,
            KeyExchangeMethod.MODP_4096, 240904,
            KeyExchangeMethod.MODP_1024, 129093,
            KeyExchangeMethod.MODP_6144, 929484,
            KeyExchangeMethod.MODP_8192, 4743158);
    for (Map.Entry<KeyExchangeMethod, Integer> row : addends.entrySet()) {
      int n = 8 * row.getKey().publicLength();
      BigInteger expected =
          BigInteger.ONE
              .shiftLeft(n)
              .subtract(BigInteger.ONE.shiftLeft(n - 64))
              .subtract(BigInteger.ONE)
              .add(pi(n - 130).add(BigInteger.valueOf(row.getValue())).shiftLeft(64));
      assertThat(ModpGroups.prime(row.getKey())).isEqualTo(expected);
      assertThat(n > 4096 || expected.isProbablePrime(2)).isTrue(); // larger ones take a minute
    }
  }

  /** The shared secret is as long as the prime, RFC 7296 section 2.14, also with leading zeros. */
  @Test
  @Rfc({"7296-3.4-1"})
  void rfc7296_2_14_modpSecretsArePaddedToTheLengthOfThePrime() throws Malformed {
    byte[] two = new byte[256];
    two[255] = 2;
    KeyAgreement ours =
        STANDARD.restore(KeyExchangeMethod.MODP_2048, Secret.copyOf(new byte[] {8}));
    Secret shared = ours.agree(Octets.owning(two));
    byte[] expected = new byte[256];
    expected[254] = 1; // 2^8
    assertThat(shared).isEqualTo(Secret.owning(expected));
  }

  /** floor(2^bits * pi) by Machin's formula. */
  private static BigInteger pi(int bits) {
    int guard = 64;
    BigInteger one = BigInteger.ONE.shiftLeft(bits + guard);
    return arctanInverse(5, one)
        .multiply(BigInteger.valueOf(16))
        .subtract(arctanInverse(239, one).multiply(BigInteger.valueOf(4)))
        .shiftRight(guard);
  }

  private static BigInteger arctanInverse(int x, BigInteger one) {
    BigInteger square = BigInteger.valueOf((long) x * x);
    BigInteger term = one.divide(BigInteger.valueOf(x));
    BigInteger sum = term;
    for (int k = 3; term.signum() != 0; k += 2) {
      term = term.divide(square).negate();
      sum = sum.add(term.divide(BigInteger.valueOf(k)));
    }
    return sum;
  }

  private static void assertMalformed(KeyAgreement ours, Octets peer) {
    assertThatThrownBy(() -> ours.agree(peer))
        .as("%s with %s", ours.method(), peer)
        .isInstanceOfSatisfying(
            Malformed.class, m -> assertThat(m.answer()).isEqualTo(Malformed.INVALID_SYNTAX));
  }

  private static Secret secret(String hex) {
    return Secret.owning(Octets.ofHex(hex).toArray());
  }
}
