package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.wire.Octets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MacTest {
  @ParameterizedTest
  @EnumSource(Providers.class)
  void rfc4868_2_7_everyPrfAndIntegrityVector(Providers providers) {
    IkeCrypto crypto = providers.crypto();
    List<List<String>> lines = Vectors.lines("rfc4868.txt").toList();
    assertThat(lines).hasSize(18);
    int checked = 0;
    for (List<String> line : lines) {
      Secret key = Secret.copyOf(Octets.ofHex(line.get(1)).toArray());
      Octets data = Octets.ofHex(line.get(2));
      for (Map.Entry<String, String> output : Vectors.named(line).entrySet()) {
        assertThat(compute(crypto, output.getKey(), key, data))
            .as("%s %s", line.getFirst(), output.getKey())
            .isEqualTo(Octets.ofHex(output.getValue()));
        checked++;
      }
    }
    assertThat(checked).isEqualTo(6 * 3 + 12 * 2);
  }

  private static Octets compute(IkeCrypto crypto, String algorithm, Secret key, Octets data) {
    return switch (algorithm) {
      case "PRF-HMAC-SHA-256" -> crypto.prfOctets(Prf.PRF_HMAC_SHA2_256, key, data);
      case "PRF-HMAC-SHA-384" -> crypto.prfOctets(Prf.PRF_HMAC_SHA2_384, key, data);
      case "PRF-HMAC-SHA-512" -> crypto.prfOctets(Prf.PRF_HMAC_SHA2_512, key, data);
      case "HMAC-SHA-256-128" -> cut(crypto, Integrity.AUTH_HMAC_SHA2_256_128, key, data);
      case "HMAC-SHA-384-192" -> cut(crypto, Integrity.AUTH_HMAC_SHA2_384_192, key, data);
      case "HMAC-SHA-512-256" -> cut(crypto, Integrity.AUTH_HMAC_SHA2_512_256, key, data);
      default -> throw new AssertionError(algorithm);
    };
  }

  private static Octets cut(IkeCrypto crypto, Integrity integrity, Secret key, Octets data) {
    byte[] whole = crypto.mac(integrity.mac(), key, mac -> mac.update(data.asBuffer()));
    return Octets.owning(Arrays.copyOf(whole, integrity.icvLength()));
  }

  /** RFC 2202 section 3, case 1. */
  @ParameterizedTest
  @EnumSource(Providers.class)
  void rfc2202_hmacSha1(Providers providers) {
    Secret key = Secret.copyOf(Octets.ofHex("0b".repeat(20)).toArray());
    assertThat(
            providers
                .crypto()
                .prfOctets(Prf.PRF_HMAC_SHA1, key, Octets.ofHex("4869205468657265"))
                .toHex())
        .isEqualTo("b617318655057264e28bc0b6fb378c8ef146be00");
  }

  @ParameterizedTest
  @EnumSource(Providers.class)
  void anEmptyKeyIsAKeyOfZeros(Providers providers) {
    IkeCrypto crypto = providers.crypto();
    Octets data = Octets.ofHex("4869");
    assertThat(crypto.prfOctets(Prf.PRF_HMAC_SHA2_256, Secret.EMPTY, data))
        .isEqualTo(crypto.prfOctets(Prf.PRF_HMAC_SHA2_256, Secret.owning(new byte[64]), data));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc"})
  void digests(String text) {
    Octets data = Octets.of(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    IkeCrypto crypto = IkeCrypto.standard();
    // An example of FIPS 180.
    assertThat(crypto.sha1(data).toHex()).isEqualTo("a9993e364706816aba3e25717850c26c9cd0d89d");
  }

  /** RFC 4434 section 4: a key of 16, of 10 and of 18 octets. */
  @Test
  void rfc4434_4_xcbcPrf() {
    Octets data = Octets.ofHex("000102030405060708090a0b0c0d0e0f10111213");
    assertThat(aes(Prf.PRF_AES128_XCBC, "000102030405060708090a0b0c0d0e0f", data))
        .isEqualTo("47f51b4564966215b8985c63055ed308");
    assertThat(aes(Prf.PRF_AES128_XCBC, "00010203040506070809", data))
        .isEqualTo("0fa087af7d866e7653434e602fdde835");
    assertThat(aes(Prf.PRF_AES128_XCBC, "000102030405060708090a0b0c0d0e0fedcb", data))
        .isEqualTo("8cd3c93ae598a9803006ffb67c40e9e4");
  }

  /** RFC 4615 section 4. */
  @Test
  void rfc4615_4_cmacPrf() {
    Octets data = Octets.ofHex("000102030405060708090a0b0c0d0e0f10111213");
    assertThat(aes(Prf.PRF_AES128_CMAC, "000102030405060708090a0b0c0d0e0fedcb", data))
        .isEqualTo("84a348a4a45d235babfffc0d2b4da09a");
    assertThat(aes(Prf.PRF_AES128_CMAC, "000102030405060708090a0b0c0d0e0f", data))
        .isEqualTo("980ae87b5f4c9c5214f5b6a8455e4c2d");
    assertThat(aes(Prf.PRF_AES128_CMAC, "00010203040506070809", data))
        .isEqualTo("290d9e112edb09ee141fcf64c0b72f3d");
  }

  /** RFC 3566 section 4.6, cases 1 to 4. */
  @Test
  void rfc3566_4_6_xcbcMac() {
    String key = "000102030405060708090a0b0c0d0e0f";
    assertThat(aes(Prf.PRF_AES128_XCBC, key, Octets.EMPTY))
        .isEqualTo("75f0251d528ac01c4573dfd584d79f29");
    assertThat(aes(Prf.PRF_AES128_XCBC, key, Octets.ofHex("000102")))
        .isEqualTo("5b376580ae2f19afe7219ceef172756f");
    assertThat(aes(Prf.PRF_AES128_XCBC, key, Octets.ofHex(key)))
        .isEqualTo("d2a246fa349b68a79998a4394ff7a263");
  }

  private static String aes(Prf prf, String key, Octets data) {
    Secret secret = Secret.owning(Octets.ofHex(key).toArray());
    return IkeCrypto.standard().prfOctets(prf, secret, data).toHex();
  }
}
