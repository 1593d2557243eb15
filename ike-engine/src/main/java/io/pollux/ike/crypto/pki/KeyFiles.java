package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/**
 * What operators keep in files: certificates, CRLs and keys, as PEM (RFC 7468) or DER, PKCS#8 plain
 * or encrypted, PKCS#1, SEC 1, PKCS#12. The octets of the file are the caller's; errors are in
 * words and never quote the content.
 */
public final class KeyFiles {
  private static final String BEGIN = "-----BEGIN ";

  private KeyFiles() {}

  /**
   * A PKCS#12 container.
   *
   * @param chain our certificate first
   * @param pkcs8 its private key
   */
  public record Container(List<Octets> chain, Secret pkcs8) {}

  /** All certificates of a file, in their order, each checked to be one. */
  public static List<Octets> certificates(byte[] file) throws Malformed {
    List<Octets> all = new ArrayList<>();
    if (!isPem(file)) {
      all.add(Octets.of(file));
    }
    for (Object object : pem(file)) {
      if (object instanceof X509CertificateHolder certificate) {
        all.add(encoded(certificate::getEncoded));
      }
    }
    for (Octets der : all) {
      Pki.certificate(der);
      EndEntity.parse(der);
    }
    if (all.isEmpty()) {
      throw Malformed.syntax("file", "holds no certificate");
    }
    return all;
  }

  /** All CRLs of a file. */
  public static List<Octets> crls(byte[] file) throws Malformed {
    List<Octets> all = new ArrayList<>();
    if (!isPem(file)) {
      all.add(Octets.of(file));
    }
    for (Object object : pem(file)) {
      if (object instanceof X509CRLHolder crl) {
        all.add(encoded(crl::getEncoded));
      }
    }
    if (all.isEmpty()) {
      throw Malformed.syntax("file", "holds no CRL");
    }
    return all;
  }

  /** The public key of a file, or of the certificate that is in it. */
  public static Octets publicKey(byte[] file) throws Malformed {
    if (!isPem(file)) {
      return Octets.of(file);
    }
    for (Object object : pem(file)) {
      if (object instanceof SubjectPublicKeyInfo spki) {
        return encoded(() -> spki.getEncoded("DER"));
      }
      if (object instanceof X509CertificateHolder certificate) {
        return encoded(() -> certificate.getSubjectPublicKeyInfo().getEncoded("DER"));
      }
    }
    throw Malformed.syntax("file", "holds no public key");
  }

  /**
   * The private key of a file as a PrivateKeyInfo.
   *
   * @param passphrase of an encrypted one
   */
  public static Secret privateKey(byte[] file, Optional<Secret> passphrase) throws Malformed {
    try {
      if (!isPem(file)) {
        return derKey(file, passphrase);
      }
      for (Object object : pem(file)) {
        switch (object) {
          case PrivateKeyInfo info -> {
            return Secret.owning(info.getEncoded("DER"));
          }
          case PEMKeyPair pair -> {
            return Secret.owning(pair.getPrivateKeyInfo().getEncoded("DER"));
          }
          case PKCS8EncryptedPrivateKeyInfo info -> {
            return decrypted(info, passphrase);
          }
          case PEMEncryptedKeyPair pair -> {
            char[] characters = characters(passphrase);
            return Secret.owning(
                pair.decryptKeyPair(
                        new JcePEMDecryptorProviderBuilder()
                            .setProvider(Pki.PROVIDER)
                            .build(characters))
                    .getPrivateKeyInfo()
                    .getEncoded("DER"));
          }
          default -> {} // EC PARAMETERS, certificates: what stands beside keys
        }
      }
    } catch (IOException | RuntimeException _) { // the many ways to refuse; may quote the content
      throw Malformed.syntax(
          "file", "holds no private key that can be read, or not this passphrase");
    }
    throw Malformed.syntax("file", "holds no private key");
  }

  private static Secret derKey(byte[] file, Optional<Secret> passphrase)
      throws IOException, Malformed {
    try {
      return Secret.owning(PrivateKeyInfo.getInstance(file).getEncoded("DER"));
    } catch (IllegalArgumentException _) {
      return decrypted(new PKCS8EncryptedPrivateKeyInfo(file), passphrase);
    }
  }

  private static Secret decrypted(PKCS8EncryptedPrivateKeyInfo info, Optional<Secret> passphrase)
      throws IOException, Malformed {
    try {
      var decryptor =
          new JceOpenSSLPKCS8DecryptorProviderBuilder()
              .setProvider(Pki.PROVIDER)
              .build(characters(passphrase));
      return Secret.owning(info.decryptPrivateKeyInfo(decryptor).getEncoded("DER"));
    } catch (OperatorCreationException | PKCSException _) {
      throw Malformed.syntax("file", "cannot be decrypted with this passphrase");
    }
  }

  /** Everything that a PKCS#12 file has for its one key. */
  public static Container pkcs12(byte[] file, Optional<Secret> passphrase) throws Malformed {
    try {
      char[] characters = characters(passphrase);
      KeyStore store = KeyStore.getInstance("PKCS12", Pki.PROVIDER);
      store.load(new ByteArrayInputStream(file), characters);
      for (String alias : Collections.list(store.aliases())) {
        Key key = store.isKeyEntry(alias) ? store.getKey(alias, characters) : null;
        Certificate[] chain = store.getCertificateChain(alias);
        if (key != null && chain != null) {
          List<Octets> all = new ArrayList<>();
          for (Certificate certificate : chain) {
            all.add(Octets.of(certificate.getEncoded()));
          }
          return new Container(all, Secret.owning(key.getEncoded()));
        }
      }
    } catch (GeneralSecurityException | IOException | RuntimeException _) {
      throw Malformed.syntax("file", "is not a PKCS#12 file that this passphrase opens");
    }
    throw Malformed.syntax("file", "holds no private key with a certificate");
  }

  private static char[] characters(Optional<Secret> passphrase) throws Malformed {
    if (passphrase.isEmpty()) {
      throw Malformed.syntax("file", "is encrypted, and there is no passphrase for it");
    }
    return passphrase.get().use(o -> new String(o, StandardCharsets.UTF_8).toCharArray());
  }

  private static boolean isPem(byte[] file) {
    return new String(file, StandardCharsets.ISO_8859_1).contains(BEGIN);
  }

  private static List<Object> pem(byte[] file) throws Malformed {
    List<Object> all = new ArrayList<>();
    if (!isPem(file)) {
      return all;
    }
    try (PEMParser parser =
        new PEMParser(new StringReader(new String(file, StandardCharsets.ISO_8859_1)))) {
      for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
        all.add(next);
      }
      return all;
    } catch (IOException | RuntimeException _) { // the many ways to refuse; may quote the content
      throw Malformed.syntax("file", "is not valid PEM");
    }
  }

  private interface Encoding {
    byte[] get() throws IOException;
  }

  private static Octets encoded(Encoding encoding) throws Malformed {
    try {
      return Octets.owning(encoding.get());
    } catch (IOException _) {
      throw Malformed.syntax("file", "cannot be encoded again");
    }
  }
}
