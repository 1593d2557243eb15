package io.pollux.agent.runtime;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA, {@code CN=Root} with an Ed25519 key, for tests of what it says about certificates. */
final class LittleCa {
  private final Instant begin;
  private final Instant end;
  final KeyPair key;
  final X509CertificateHolder certificate;

  LittleCa(Instant begin, Instant end) throws Exception {
    this.begin = begin;
    this.end = end;
    this.key = key();
    this.certificate = issue("CN=Root", key, 1, true);
  }

  private static KeyPair key() throws Exception {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  /** A gateway's, with a key of its own. */
  X509CertificateHolder issue(String name, int serial) throws Exception {
    return issue(name, key(), serial, false);
  }

  private X509CertificateHolder issue(String name, KeyPair of, int serial, boolean isCa)
      throws Exception {
    return new JcaX509v3CertificateBuilder(
            new X500Name("CN=Root"),
            BigInteger.valueOf(serial),
            Date.from(begin),
            Date.from(end),
            new X500Name(name),
            of.getPublic())
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa))
        .addExtension(
            Extension.keyUsage,
            true,
            new KeyUsage(
                isCa ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature))
        .build(new JcaContentSignerBuilder("Ed25519").build(key.getPrivate()));
  }
}
