package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.DefaultSignatureNameFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * One OCSP response (RFC 6960 section 4.2). It counts if the CA itself has signed it, or a
 * responder with id-kp-OCSPSigning in a certificate that the same CA has issued.
 */
final class OcspAnswer {
  private static final int MAX_OCTETS = 65_536;
  private static final long SKEW_MS = 300_000; // clocks of responders are not ours

  private final BasicOCSPResp response;

  private OcspAnswer(BasicOCSPResp response) {
    this.response = response;
  }

  static OcspAnswer read(Octets der) throws Malformed {
    DerShape.require(der, MAX_OCTETS, "OCSP response");
    try {
      OCSPResp outer = new OCSPResp(der.toArray());
      if (outer.getStatus() == OCSPResp.SUCCESSFUL
          && outer.getResponseObject() instanceof BasicOCSPResp basic) {
        return new OcspAnswer(basic);
      }
      throw Malformed.syntax("OCSP response", "status " + outer.getStatus());
    } catch (IOException | OCSPException | RuntimeException e) { // the many ways to refuse DER
      throw Malformed.syntax("OCSP response", "cannot be read: " + e.getClass().getSimpleName());
    }
  }

  /**
   * The question for it, without a nonce: whoever may cache the answer does (RFC 5019 section 2.1).
   * SHA-1 names the issuer here, and proves nothing.
   */
  static Optional<Octets> request(X509Certificate certificate, X509Certificate issuer) {
    try {
      var digests = new JcaDigestCalculatorProviderBuilder().setProvider(Pki.PROVIDER).build();
      CertificateID id =
          new CertificateID(
              digests.get(CertificateID.HASH_SHA1),
              new JcaX509CertificateHolder(issuer),
              certificate.getSerialNumber());
      return Optional.of(Octets.owning(new OCSPReqBuilder().addRequest(id).build().getEncoded()));
    } catch (java.security.GeneralSecurityException
        | OCSPException
        | OperatorCreationException
        | IOException
        | RuntimeException _) {
      return Optional.empty();
    }
  }

  /** When the first of what it says is out of date. */
  Instant until() {
    return java.util.Arrays.stream(response.getResponses())
        .map(SingleResp::getNextUpdate)
        .map(next -> next == null ? Instant.EPOCH : next.toInstant())
        .min(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  /** What it says about {@code certificate}; empty if nothing that counts. */
  Optional<RevocationData.Status> about(
      X509Certificate certificate, X509Certificate issuer, Date now, boolean sha1) {
    try {
      JcaX509CertificateHolder ca = new JcaX509CertificateHolder(issuer);
      var digests = new JcaDigestCalculatorProviderBuilder().setProvider(Pki.PROVIDER).build();
      Optional<RevocationData.Status> known = Optional.empty();
      for (SingleResp single : response.getResponses()) {
        boolean same =
            single.getCertID().getSerialNumber().equals(certificate.getSerialNumber())
                && single.getCertID().matchesIssuer(ca, digests);
        if (same && (known.isPresent() || isAuthentic(issuer, now, sha1))) {
          RevocationData.Status says = status(single, issuer, now);
          known = known.filter(k -> !says.isStrongerThan(k)).or(() -> Optional.of(says));
        }
      }
      return known;
    } catch (java.security.GeneralSecurityException
        | OCSPException
        | OperatorCreationException
        | RuntimeException _) {
      return Optional.empty();
    }
  }

  private static RevocationData.Status status(SingleResp single, X509Certificate issuer, Date now) {
    CertificateStatus status = single.getCertStatus();
    if (status instanceof RevokedStatus revoked) {
      return new RevocationData.Status.Revoked(
          "revoked at " + revoked.getRevocationTime().toInstant() + " (OCSP)");
    }
    Date next = single.getNextUpdate();
    boolean current =
        single.getThisUpdate().getTime() - SKEW_MS <= now.getTime()
            && next != null
            && next.getTime() + SKEW_MS >= now.getTime();
    if (status != CertificateStatus.GOOD || !current) {
      return new RevocationData.Status.Unknown(
          "the OCSP response of "
              + Pki.name(issuer)
              + (current ? " does not know it" : " is out of date"));
    }
    return new RevocationData.Status.Good();
  }

  private boolean isAuthentic(X509Certificate issuer, Date now, boolean sha1) {
    String algorithm =
        new DefaultSignatureNameFinder().getAlgorithmName(response.getSignatureAlgorithmID());
    if (CertificateUsage.hashProblem(algorithm, sha1).isPresent()) {
      return false;
    }
    if (isSignedBy(issuer)) {
      return true;
    }
    for (X509CertificateHolder holder : response.getCerts()) {
      try {
        X509Certificate responder = Pki.certificate(Octets.of(holder.getEncoded()));
        boolean delegated =
            Pki.names(issuer, responder)
                && Pki.signed(issuer, responder)
                && maySign(responder)
                && CertificateUsage.timeProblem(responder, now).isEmpty()
                && CertificateUsage.hashProblem(responder.getSigAlgName(), sha1).isEmpty();
        if (delegated && isSignedBy(responder)) {
          return true;
        }
      } catch (IOException | Malformed | CertificateParsingException _) {
        // Not a responder's certificate then.
      }
    }
    return false;
  }

  private static boolean maySign(X509Certificate responder) throws CertificateParsingException {
    List<String> purposes = responder.getExtendedKeyUsage();
    return purposes != null && purposes.contains(KeyPurposeId.id_kp_OCSPSigning.getId());
  }

  private boolean isSignedBy(X509Certificate signer) {
    try {
      return response.isSignatureValid(
          new JcaContentVerifierProviderBuilder()
              .setProvider(Pki.PROVIDER)
              .build(signer.getPublicKey()));
    } catch (OCSPException | OperatorCreationException | RuntimeException _) {
      return false;
    }
  }
}
