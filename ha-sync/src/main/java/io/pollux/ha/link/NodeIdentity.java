package io.pollux.ha.link;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who a node is on the link: a P-256 key and a certificate that it signed itself (RFC 5280), known
 * to the peer by its fingerprint. One PEM file (RFC 7468) holds both: PRIVATE KEY, then
 * CERTIFICATE.
 */
public final class NodeIdentity {
  private static final byte[] ECDSA_SHA256 =
      Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2)); // RFC 5758 section 3.2
  private static final byte[] COMMON_NAME = Der.oid(2, 5, 4, 3);
  private static final String NOT_BEFORE = "20000101000000Z"; // a node's clock may be wrong
  private static final String NOT_AFTER = "99991231235959Z"; // RFC 5280 section 4.1.2.5: no end
  private static final int FOREIGN_MODE = 0077;
  private static final int MAX_FILE_OCTETS = 64 << 10;

  private final PrivateKey key;
  private final X509Certificate certificate;
  private static final int PAIR_NAME_OCTETS = 6;

  private final Fingerprint fingerprint;

  private NodeIdentity(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    this.key = key;
    this.certificate = certificate;
    this.fingerprint = Fingerprint.of(certificate);
  }

  /** A new key and its certificate; {@code name} only helps people who look at it. */
  public static NodeIdentity generate(String name, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      byte[] subject = Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.utf8(name))));
      byte[] toBeSigned =
          Der.sequence(
              Der.explicit0(Der.integer(BigInteger.TWO)), // v3
              Der.integer(new BigInteger(126, random).setBit(126)),
              ECDSA_SHA256,
              subject,
              Der.sequence(Der.generalizedTime(NOT_BEFORE), Der.generalizedTime(NOT_AFTER)),
              subject,
              pair.getPublic().getEncoded());
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate(), random);
      signature.update(toBeSigned);
      byte[] der = Der.sequence(toBeSigned, ECDSA_SHA256, Der.bitString(signature.sign()));
      return new NodeIdentity(pair.getPrivate(), certificate(der));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java lacks P-256", impossible);
    }
  }

  /** Writes a new file with mode 0600; an existing one is never overwritten. */
  public void write(Path file) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Files.createFile(file, mode);
    Files.writeString(file, pem(), StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
  }

  /**
   * Reads a file that {@link #write} made.
   *
   * @throws IOException if it is not there, open to others, foreign, or holds something else; the
   *     message names the file and what was expected
   */
  public static NodeIdentity read(Path file) throws IOException {
    try {
      requirePrivate(file);
      if (Files.size(file) > MAX_FILE_OCTETS) {
        throw new IOException("node identity " + file + ": longer than 64 KiB");
      }
      String pem = Files.readString(file, StandardCharsets.US_ASCII);
      KeyFactory keys = KeyFactory.getInstance("EC");
      PrivateKey key =
          keys.generatePrivate(new PKCS8EncodedKeySpec(section(pem, "PRIVATE KEY", file)));
      X509Certificate certificate = certificate(section(pem, "CERTIFICATE", file));
      requirePair(key, certificate);
      return new NodeIdentity(key, certificate);
    } catch (NoSuchFileException _) {
      throw new IOException(
          "node identity " + file + ": no such file (polluxctl pki node-identity makes one)");
    } catch (GeneralSecurityException | IllegalArgumentException wrong) {
      throw new IOException(
          "node identity "
              + file
              + ": expected a P-256 key and its certificate: "
              + wrong.getMessage());
    }
  }

  /** Both parts as text. Secret. */
  private String pem() {
    return pem("PRIVATE KEY", key.getEncoded()) + certificatePem();
  }

  /** The certificate alone, as text. */
  public String certificatePem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** This node's number on a pair: 0 for the smaller fingerprint, 1 for the larger one. */
  public int nodeNumber(Fingerprint peer) {
    int order = fingerprint.compareTo(peer);
    if (order == 0) {
      throw new IllegalArgumentException("both nodes have the identity " + fingerprint);
    }
    return order < 0 ? 0 : 1;
  }

  /**
   * A name of the pair that both of its nodes have and no other pair has: 12 hex digits of the
   * SHA-256 of both fingerprints, the smaller one first.
   */
  public String pairName(Fingerprint peer) {
    boolean first = nodeNumber(peer) == 0;
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((first ? fingerprint : peer).sha256().toArray());
      digest.update((first ? peer : fingerprint).sha256().toArray());
      return HexFormat.of().formatHex(digest.digest(), 0, PAIR_NAME_OCTETS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  PrivateKey key() {
    return key;
  }

  X509Certificate certificate() {
    return certificate;
  }

  @Override
  public String toString() {
    return certificate.getSubjectX500Principal().getName() + " " + fingerprint;
  }

  private static void requirePrivate(Path file) throws IOException {
    int mode = (Integer) Files.getAttribute(file, "unix:mode") & 07777;
    int owner = (Integer) Files.getAttribute(file, "unix:uid");
    int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!Files.isRegularFile(file)) {
      throw new IOException("node identity " + file + ": not a regular file");
    }
    if ((mode & FOREIGN_MODE) != 0) {
      throw new IOException(
          String.format(
              "node identity %s: mode %04o lets others at the key, expected 0600", file, mode));
    }
    if (owner != self && owner != 0) {
      throw new IOException(
          "node identity " + file + ": belongs to uid " + owner + ", expected " + self + " or 0");
    }
  }

  private static void requirePair(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    byte[] probe = {1};
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(probe);
    if (!signature.verify(signed)) {
      throw new GeneralSecurityException("the key is not the certificate's");
    }
  }

  private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static String pem(String label, byte[] der) {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  private static byte[] section(String pem, String label, Path file) throws IOException {
    Matcher found =
        Pattern.compile(
                "-----BEGIN " + label + "-----([A-Za-z0-9+/=\\s]*)-----END " + label + "-----")
            .matcher(pem);
    if (!found.find()) {
      throw new IOException("node identity " + file + ": has no section " + label);
    }
    return Base64.getMimeDecoder().decode(found.group(1));
  }
}
