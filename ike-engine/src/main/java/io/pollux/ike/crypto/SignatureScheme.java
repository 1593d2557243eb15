package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A signature algorithm with its hash: the AlgorithmIdentifiers of RFC 7427 appendix A and RFC 8420
 * appendix A as we send them, so that nothing has to be parsed to recognise these.
 */
public enum SignatureScheme {
  RSA_PKCS1_SHA256(2, "SHA256withRSA", "300d06092a864886f70d01010b0500", KeyKind.RSA),
  RSA_PKCS1_SHA384(3, "SHA384withRSA", "300d06092a864886f70d01010c0500", KeyKind.RSA),
  RSA_PKCS1_SHA512(4, "SHA512withRSA", "300d06092a864886f70d01010d0500", KeyKind.RSA),
  /** In Auth Method 1 alone, and only where the operator allows SHA-1. */
  RSA_PKCS1_SHA1(1, "SHA1withRSA", "300d06092a864886f70d0101050500", KeyKind.RSA),
  RSA_PSS_SHA256(2, "SHA-256", pss(1, 32), KeyKind.RSA, KeyKind.RSA_PSS),
  RSA_PSS_SHA384(3, "SHA-384", pss(2, 48), KeyKind.RSA, KeyKind.RSA_PSS),
  RSA_PSS_SHA512(4, "SHA-512", pss(3, 64), KeyKind.RSA, KeyKind.RSA_PSS),
  ECDSA_SHA256(
      2,
      "SHA256withECDSA",
      "300a06082a8648ce3d040302",
      KeyKind.ECDSA_P256,
      KeyKind.ECDSA_P384,
      KeyKind.ECDSA_P521),
  ECDSA_SHA384(
      3,
      "SHA384withECDSA",
      "300a06082a8648ce3d040303",
      KeyKind.ECDSA_P384,
      KeyKind.ECDSA_P256,
      KeyKind.ECDSA_P521),
  ECDSA_SHA512(
      4,
      "SHA512withECDSA",
      "300a06082a8648ce3d040304",
      KeyKind.ECDSA_P521,
      KeyKind.ECDSA_P256,
      KeyKind.ECDSA_P384),
  ED25519(5, "Ed25519", "300506032b6570", KeyKind.ED25519),
  ED448(5, "Ed448", "300506032b6571", KeyKind.ED448);

  /** The hash algorithm "Identity" (RFC 8420 section 2). */
  public static final int IDENTITY = 5;

  private static final List<SignatureScheme> PREFERENCE =
      List.of(
          ED25519,
          ED448,
          ECDSA_SHA256,
          ECDSA_SHA384,
          ECDSA_SHA512,
          RSA_PSS_SHA256,
          RSA_PSS_SHA384,
          RSA_PSS_SHA512,
          RSA_PKCS1_SHA256,
          RSA_PKCS1_SHA384,
          RSA_PKCS1_SHA512);

  private final int hash;
  private final String jca;
  private final Octets identifier;
  private final List<KeyKind> kinds;

  SignatureScheme(int hash, String jca, String identifier, KeyKind... kinds) {
    this.hash = hash;
    this.jca = jca;
    this.identifier = Octets.ofHex(identifier);
    this.kinds = List.of(kinds);
  }

  /** Its number among the IKEv2 Hash Algorithms (RFC 7427 section 7). */
  public int hash() {
    return hash;
  }

  /** Of PSS the hash, of the others the whole scheme. */
  String jca() {
    return jca;
  }

  /** RSASSA-PSS: the salt is as long as the hash (RFC 7427 appendix A.4.3). */
  public boolean isPss() {
    return this == RSA_PSS_SHA256 || this == RSA_PSS_SHA384 || this == RSA_PSS_SHA512;
  }

  /** The DER encoded AlgorithmIdentifier. */
  public Octets identifier() {
    return identifier;
  }

  /** Whether a key of {@code kind} can make and check it. */
  public boolean fits(KeyKind kind) {
    return kinds.contains(kind);
  }

  /** All that do not need anybody's leave, best first (RFC 8247 section 4.2). */
  public static List<SignatureScheme> standard() {
    return PREFERENCE;
  }

  /** The scheme of an AlgorithmIdentifier in an AUTH payload; never one with SHA-1. */
  public static Optional<SignatureScheme> ofIdentifier(Octets der) {
    return PREFERENCE.stream().filter(s -> s.identifier.equals(der)).findFirst();
  }

  /**
   * What a key of {@code kind} signs with for a peer that knows {@code hashes}: the best of {@code
   * allowed}, where an ECDSA key takes the hash of its own strength first.
   */
  public static Optional<SignatureScheme> choose(
      KeyKind kind, Set<Integer> hashes, List<SignatureScheme> allowed) {
    List<SignatureScheme> usable =
        allowed.stream()
            .filter(s -> s.fits(kind) && hashes.contains(s.hash) && s != RSA_PKCS1_SHA1)
            .toList();
    return usable.stream()
        .filter(s -> s.jca.endsWith("withECDSA") && s.kinds.getFirst() == kind)
        .findFirst()
        .or(() -> usable.stream().findFirst());
  }

  /** The scheme that the operator knows as {@code keyword}, for example {@code rsa-pss-sha256}. */
  public static Optional<SignatureScheme> ofKeyword(String keyword) {
    return Arrays.stream(values()).filter(s -> s.keyword().equals(keyword)).findFirst();
  }

  /** As the operator writes it. */
  public String keyword() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return keyword();
  }

  /**
   * RFC 7427 appendix A.4.3 with the last octet of the hash's OID and its length, but without the
   * trailerField: it has its default value, which DER leaves out (X.690 section 11.5). libreswan
   * compares octets and takes this form alone.
   */
  private static String pss(int oid, int salt) {
    String hash = "300d06096086480165030402" + two(oid) + "0500";
    return "304106092a864886f70d01010a3034a00f"
        + hash
        + "a11c301a06092a864886f70d010108"
        + hash
        + "a2030201"
        + two(salt);
  }

  private static String two(int value) {
    return java.util.HexFormat.of().toHexDigits((byte) value);
  }
}
