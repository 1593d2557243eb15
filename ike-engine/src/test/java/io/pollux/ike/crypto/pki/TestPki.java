package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** CAs, certificates, CRLs and OCSP responses, made for one test. */
public final class TestPki {
  /** When everything here is valid, unless a test says otherwise. */
  public static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  private static final BouncyCastleProvider BC = new BouncyCastleProvider();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();
  private static final Map<String, KeyPair> KEYS = new LinkedHashMap<>();

  private TestPki() {}

  /** A certificate and its private key. */
  public record Entity(X500Name name, KeyPair pair, Octets der, String signer) {
    public Octets spki() {
      return Octets.of(pair.getPublic().getEncoded());
    }

    public SigningKey key() {
      try {
        return SigningKey.of(CRYPTO, Secret.copyOf(pair.getPrivate().getEncoded()), spki(), RANDOM);
      } catch (java.security.InvalidKeyException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** A certificate in the making. */
  public static final class Request {
    private final String subject;
    private final String algorithm;
    private final List<GeneralName> names = new ArrayList<>();
    private final Map<ASN1ObjectIdentifier, ASN1Encodable> extensions = new LinkedHashMap<>();
    private Instant from = NOW.minusSeconds(86_400 * 100L);
    private Instant to = NOW.plusSeconds(86_400 * 100L);
    private String signature = "";

    Request(String subject, String algorithm) {
      this.subject = subject;
      this.algorithm = algorithm;
    }

    public Request dns(String name) {
      names.add(new GeneralName(GeneralName.dNSName, name));
      return this;
    }

    public Request name(int tag, String name) {
      names.add(new GeneralName(tag, name));
      return this;
    }

    public Request valid(Instant since, Instant until) {
      from = since;
      to = until;
      return this;
    }

    public Request usage(int bits) {
      return extension(Extension.keyUsage, new KeyUsage(bits));
    }

    public Request purpose(KeyPurposeId id) {
      return extension(Extension.extendedKeyUsage, new ExtendedKeyUsage(id));
    }

    public Request ca() {
      return usage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
          .extension(Extension.basicConstraints, new BasicConstraints(true));
    }

    public Request extension(ASN1ObjectIdentifier id, ASN1Encodable value) {
      extensions.put(id, value);
      return this;
    }

    public Request signedWith(String scheme) {
      signature = scheme;
      return this;
    }

    public Entity selfSigned() {
      return by(Optional.empty());
    }

    public Entity by(Entity issuer) {
      return by(Optional.of(issuer));
    }

    private Entity by(Optional<Entity> issuer) {
      try {
        KeyPair pair = pair(algorithm);
        X500Name name = new X500Name(subject);
        KeyPair signing = issuer.map(Entity::pair).orElse(pair);
        String scheme = signature.isEmpty() ? signer(signing) : signature;
        X509v3CertificateBuilder builder =
            new JcaX509v3CertificateBuilder(
                issuer.map(Entity::name).orElse(name),
                new BigInteger(64, RANDOM).add(BigInteger.ONE),
                Date.from(from),
                Date.from(to),
                name,
                pair.getPublic());
        if (!names.isEmpty()) {
          builder.addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(names.toArray(new GeneralName[0])));
        }
        for (var e : extensions.entrySet()) {
          boolean critical = !e.getKey().equals(Extension.extendedKeyUsage);
          builder.addExtension(e.getKey(), critical, e.getValue());
        }
        ContentSigner by =
            new JcaContentSignerBuilder(scheme).setProvider(BC).build(signing.getPrivate());
        return new Entity(name, pair, Octets.of(builder.build(by).getEncoded()), scheme);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  /**
   * {@code algorithm}: rsa2048, rsa1024, p256, p384, p521, ed25519, ed448; "#2" for another key.
   */
  public static Request request(String subject, String algorithm) {
    return new Request(subject, algorithm);
  }

  public static Entity ca(String subject, String algorithm) {
    return request(subject, algorithm + "#" + subject).ca().selfSigned();
  }

  /** A gateway with a dNSName. */
  public static Entity gateway(String dns, String algorithm, Entity issuer) {
    return request("CN=" + dns, algorithm + "#" + dns).dns(dns).by(issuer);
  }

  /** Keys are costly, so the same name gives the same one. */
  public static KeyPair pair(String algorithm) {
    return KEYS.computeIfAbsent(algorithm, TestPki::generate);
  }

  private static KeyPair generate(String algorithm) {
    try {
      String kind = algorithm.replaceAll("#.*", "");
      if (kind.startsWith("rsa")) {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(Integer.parseInt(kind.substring(3)));
        return generator.generateKeyPair();
      }
      if (kind.startsWith("ed")) {
        return KeyPairGenerator.getInstance(kind.replace("ed", "Ed"), BC).generateKeyPair();
      }
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BC);
      generator.initialize(
          new ECGenParameterSpec(kind.startsWith("p") ? "secp" + kind.substring(1) + "r1" : kind));
      return generator.generateKeyPair();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String signer(KeyPair pair) {
    String algorithm = pair.getPublic().getAlgorithm();
    return switch (algorithm) {
      case "RSA" -> "SHA256withRSA";
      case "EC", "ECDSA" -> "SHA256withECDSA";
      default -> algorithm.equals("EdDSA") ? "Ed25519" : algorithm;
    };
  }

  /** The CRL of {@code issuer} with {@code revoked} on it. */
  public static Octets crl(Entity issuer, Instant from, Instant to, Entity... revoked) {
    return crl(issuer, from, to, Optional.empty(), CRLReason.keyCompromise, revoked);
  }

  /** One that is for the certificates of {@code scope} alone, with the reason in its entries. */
  static Octets crl(
      Entity issuer,
      Instant from,
      Instant to,
      Optional<IssuingDistributionPoint> scope,
      int reason,
      Entity... revoked) {
    try {
      X509v2CRLBuilder builder = new X509v2CRLBuilder(issuer.name(), Date.from(from));
      builder.setNextUpdate(Date.from(to));
      for (Entity one : revoked) {
        builder.addCRLEntry(Pki.certificate(one.der()).getSerialNumber(), Date.from(from), reason);
      }
      if (scope.isPresent()) {
        builder.addExtension(Extension.issuingDistributionPoint, true, scope.get());
      }
      X509CRLHolder crl = builder.build(contentSigner(issuer));
      return Octets.of(crl.getEncoded());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** What a responder with {@code signer}'s key says about {@code subject}. */
  public static Octets ocsp(
      Entity issuer, Entity signer, Entity subject, boolean good, Instant from, Instant to) {
    try {
      var digests = new JcaDigestCalculatorProviderBuilder().setProvider(BC).build();
      CertificateID id =
          new CertificateID(
              digests.get(CertificateID.HASH_SHA1),
              new JcaX509CertificateHolder(Pki.certificate(issuer.der())),
              Pki.certificate(subject.der()).getSerialNumber());
      BasicOCSPRespBuilder builder =
          new BasicOCSPRespBuilder(
              new RespID(
                  SubjectPublicKeyInfo.getInstance(signer.pair().getPublic().getEncoded()),
                  digests.get(CertificateID.HASH_SHA1)));
      CertificateStatus status =
          good ? CertificateStatus.GOOD : new RevokedStatus(Date.from(from), 1);
      builder.addResponse(id, status, Date.from(from), Date.from(to), null);
      OCSPResp response =
          new OCSPRespBuilder()
              .build(
                  OCSPResp.SUCCESSFUL,
                  builder.build(
                      contentSigner(signer),
                      new org.bouncycastle.cert.X509CertificateHolder[] {
                        new JcaX509CertificateHolder(Pki.certificate(signer.der()))
                      },
                      Date.from(from)));
      return Octets.of(response.getEncoded());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static ContentSigner contentSigner(Entity signer) throws Exception {
    return new JcaContentSignerBuilder(signer(signer.pair()))
        .setProvider(BC)
        .build(signer.pair().getPrivate());
  }
}
