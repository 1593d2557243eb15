package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The algorithms that Pollux asks the kernel for: its names for them, and the lengths that go with
 * them. Transform numbers: RFC 7296 section 3.3.2 and its registry.
 */
public enum XfrmAlgorithm {
  /** ENCR_AES_GCM_16, RFC 4106. */
  AES_GCM_16(Kind.AEAD, "rfc4106(gcm(aes))", 128, 4),
  /** ENCR_AES_GCM_12, RFC 4106. */
  AES_GCM_12(Kind.AEAD, "rfc4106(gcm(aes))", 96, 4),
  /** ENCR_AES_GCM_8, RFC 4106. */
  AES_GCM_8(Kind.AEAD, "rfc4106(gcm(aes))", 64, 4),
  /** ENCR_AES_CCM_16, RFC 4309. */
  AES_CCM_16(Kind.AEAD, "rfc4309(ccm(aes))", 128, 3),
  /** ENCR_AES_CCM_12, RFC 4309. */
  AES_CCM_12(Kind.AEAD, "rfc4309(ccm(aes))", 96, 3),
  /** ENCR_AES_CCM_8, RFC 4309. */
  AES_CCM_8(Kind.AEAD, "rfc4309(ccm(aes))", 64, 3),
  /** ENCR_CHACHA20_POLY1305, RFC 7634. */
  CHACHA20_POLY1305(Kind.AEAD, "rfc7539esp(chacha20,poly1305)", 128, 4),
  /** ENCR_NULL_AUTH_AES_GMAC, RFC 4543. */
  AES_GMAC(Kind.AEAD, "rfc4543(gcm(aes))", 128, 4),
  /** ENCR_AES_CBC, RFC 3602. */
  AES_CBC(Kind.CRYPT, "cbc(aes)", 0, 0),
  /** ENCR_AES_CTR, RFC 3686. */
  AES_CTR(Kind.CRYPT, "rfc3686(ctr(aes))", 0, 4),
  /** ENCR_3DES, RFC 2451. */
  TRIPLE_DES_CBC(Kind.CRYPT, "cbc(des3_ede)", 0, 0),
  /** ENCR_NULL, RFC 2410. */
  NULL(Kind.CRYPT, "ecb(cipher_null)", 0, 0),
  /** AUTH_HMAC_SHA1_96, RFC 2404. */
  HMAC_SHA1_96(Kind.AUTH, "hmac(sha1)", 96, 0),
  /** AUTH_HMAC_SHA2_256_128, RFC 4868. */
  HMAC_SHA2_256_128(Kind.AUTH, "hmac(sha256)", 128, 0),
  /** AUTH_HMAC_SHA2_384_192, RFC 4868. */
  HMAC_SHA2_384_192(Kind.AUTH, "hmac(sha384)", 192, 0),
  /** AUTH_HMAC_SHA2_512_256, RFC 4868. */
  HMAC_SHA2_512_256(Kind.AUTH, "hmac(sha512)", 256, 0),
  /** AUTH_AES_XCBC_96, RFC 3566. */
  AES_XCBC_96(Kind.AUTH, "xcbc(aes)", 96, 0),
  /** AUTH_AES_CMAC_96, RFC 4494. */
  AES_CMAC_96(Kind.AUTH, "cmac(aes)", 96, 0);

  /** Which attribute carries it. */
  public enum Kind {
    /** XFRMA_ALG_AEAD. */
    AEAD,
    /** XFRMA_ALG_CRYPT. */
    CRYPT,
    /** XFRMA_ALG_AUTH_TRUNC. */
    AUTH
  }

  private static final int NAME_OCTETS = 64; // with the closing zero

  private final Kind kind;
  private final String kernelName;
  private final int icvBits;
  private final int saltOctets;

  XfrmAlgorithm(Kind kind, String kernelName, int icvBits, int saltOctets) {
    this.kind = kind;
    this.kernelName = kernelName;
    this.icvBits = icvBits;
    this.saltOctets = saltOctets;
  }

  public Kind kind() {
    return kind;
  }

  /** alg_name. */
  public String kernelName() {
    return kernelName;
  }

  /** Bits of the ICV; 0 for a cipher without one. */
  public int icvBits() {
    return icvBits;
  }

  /** Octets of salt or nonce at the end of the kernel's key, taken from KEYMAT with it. */
  public int saltOctets() {
    return saltOctets;
  }

  static boolean isName(String name) {
    int octets = name.getBytes(StandardCharsets.UTF_8).length;
    return octets > 0 && octets < NAME_OCTETS && name.indexOf('\ufffd') < 0;
  }

  static void requireName(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("algorithm name " + name);
    }
  }

  static void putName(ByteBuffer out, int at, String name) {
    out.put(at, name.getBytes(StandardCharsets.UTF_8));
  }

  /** Octets of a key of so many bits, of which so many are there. */
  static int keyOctets(long bits, int present) throws MalformedNetlink {
    long octets = (bits + Byte.SIZE - 1) / Byte.SIZE;
    if (octets > present) {
      throw new MalformedNetlink("alg_key_len", bits + " bits in " + present + " octets");
    }
    return (int) octets;
  }
}
