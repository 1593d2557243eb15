package io.pollux.it.bench;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A CA with ECDSA P-256, and a certificate for each end; all branches have one key. */
final class BenchPki {
  private static final AlgorithmIdentifier ECDSA_SHA256 =
      new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
  private static final String ROOT = "CN=Bench Root";
  private static final Instant NOW = Instant.now();

  private final SecureRandom random = new SecureRandom();
  private final KeyPair ca = pair();
  private final KeyPair end = pair();
  private final Octets anchor = certificate(ROOT, ca, List.of());
  private final SigningKey key = signingKey();

  /** The private key of every end. */
  SigningKey key() {
    return key;
  }

  /** How {@code dns} proves itself, and what it accepts of the other end. */
  AuthPolicy auth(String dns) {
    Octets own = certificate("CN=" + dns, end, List.of(dns));
    return new AuthPolicy(
        new AuthPolicy.Local.Signature(
            key.spki(), KeyKind.ECDSA_P256, List.of(own), SignatureScheme.standard(), false),
        new AuthPolicy.Remote.Certificate(
            new TrustPolicy(List.of(anchor), Revocation.RELAXED, false),
            SignatureScheme.standard()));
  }

  private SigningKey signingKey() {
    try (Secret pkcs8 = Secret.owning(end.getPrivate().getEncoded())) {
      Octets spki = Octets.of(end.getPublic().getEncoded());
      return SigningKey.of(IkeCrypto.standard(), pkcs8, spki, random);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** By the CA; its own if {@code dns} is empty. */
  private Octets certificate(String subject, KeyPair owner, List<String> dns) {
    try {
      V3TBSCertificateGenerator made = new V3TBSCertificateGenerator();
      made.setSerialNumber(new ASN1Integer(new BigInteger(64, random).add(BigInteger.ONE)));
      made.setIssuer(new X500Name(ROOT));
      made.setSubject(new X500Name(subject));
      made.setStartDate(new Time(Date.from(NOW.minusSeconds(3600))));
      made.setEndDate(new Time(Date.from(NOW.plusSeconds(86_400))));
      made.setSubjectPublicKeyInfo(
          SubjectPublicKeyInfo.getInstance(owner.getPublic().getEncoded()));
      made.setSignature(ECDSA_SHA256);
      ExtensionsGenerator extensions = new ExtensionsGenerator();
      if (dns.isEmpty()) {
        extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      } else {
        GeneralName name = new GeneralName(GeneralName.dNSName, dns.getFirst());
        extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(name));
      }
      made.setExtensions(extensions.generate());
      var body = made.generateTBSCertificate();
      Signature sign = Signature.getInstance("SHA256withECDSA");
      sign.initSign(ca.getPrivate(), random);
      sign.update(body.getEncoded(ASN1Encoding.DER));
      var whole =
          new DERSequence(new ASN1Encodable[] {body, ECDSA_SHA256, new DERBitString(sign.sign())});
      return Octets.owning(whole.getEncoded(ASN1Encoding.DER));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
