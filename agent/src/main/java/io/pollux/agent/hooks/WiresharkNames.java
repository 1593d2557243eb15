package io.pollux.agent.hooks;

import io.pollux.ike.crypto.Encryption;
import io.pollux.ike.crypto.Integrity;
import io.pollux.ike.sad.IkeAlgorithms;
import java.util.Optional;

/** How Wireshark spells algorithms in its table ikev2_decryption_table. */
final class WiresharkNames {
  private WiresharkNames() {}

  /** Empty for one that Wireshark cannot decrypt. */
  static Optional<String> encryption(IkeAlgorithms algorithms) {
    int bits = algorithms.encryptionKeyBits();
    Encryption encryption = Encryption.require(algorithms.encryption());
    return switch (encryption) {
      case ENCR_3DES -> Optional.of("3DES [RFC2451]");
      case ENCR_AES_CBC -> Optional.of("AES-CBC-" + bits + " [RFC3602]");
      case ENCR_AES_CTR -> Optional.of("AES-CTR-" + bits + " [RFC5930]");
      case ENCR_AES_CCM_8, ENCR_AES_CCM_12, ENCR_AES_CCM_16 ->
          Optional.of(aead("CCM", bits, encryption));
      case ENCR_AES_GCM_8, ENCR_AES_GCM_12, ENCR_AES_GCM_16 ->
          Optional.of(aead("GCM", bits, encryption));
      case ENCR_CHACHA20_POLY1305 -> Optional.empty();
    };
  }

  private static String aead(String mode, int bits, Encryption encryption) {
    return "AES-" + mode + "-" + bits + " with " + encryption.icvLength() + " octet ICV [RFC5282]";
  }

  /** Those that Wireshark does not know are at least as long as it expects. */
  static String integrity(IkeAlgorithms algorithms) {
    if (algorithms.integrity() == 0) {
      return "NONE [RFC4306]";
    }
    return switch (Integrity.require(algorithms.integrity())) {
      case AUTH_HMAC_SHA1_96 -> "HMAC_SHA1_96 [RFC2404]";
      case AUTH_AES_XCBC_96, AUTH_AES_CMAC_96 -> "ANY 96-bits of Authentication [No Checking]";
      case AUTH_HMAC_SHA2_256_128 -> "HMAC_SHA2_256_128 [RFC4868]";
      case AUTH_HMAC_SHA2_384_192 -> "HMAC_SHA2_384_192 [RFC4868]";
      case AUTH_HMAC_SHA2_512_256 -> "HMAC_SHA2_512_256 [RFC4868]";
    };
  }
}
