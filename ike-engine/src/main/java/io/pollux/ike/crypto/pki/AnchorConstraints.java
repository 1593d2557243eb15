package io.pollux.ike.crypto.pki;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * What a CA certificate that is trusted without being a root says about the paths below it (RFC
 * 5937 section 3). RFC 5280 section 6.1 asks nothing of a trust anchor but its name and its key.
 * Policies of such a certificate are not asked for: no connection demands any.
 */
final class AnchorConstraints {
  private static final int KEY_CERT_SIGN = 5;

  private static final Set<String> KNOWN =
      Set.of(
          Extension.keyUsage.getId(),
          Extension.extendedKeyUsage.getId(),
          Extension.basicConstraints.getId(),
          Extension.nameConstraints.getId(),
          Extension.subjectAlternativeName.getId(),
          Extension.certificatePolicies.getId(),
          Extension.policyMappings.getId(),
          Extension.policyConstraints.getId(),
          Extension.inhibitAnyPolicy.getId(),
          Extension.cRLDistributionPoints.getId());

  private AnchorConstraints() {}

  /**
   * Why {@code anchor} does not vouch for {@code path}; empty if it may.
   *
   * @param path the peer's certificate first, the last one signed by the anchor
   */
  static Optional<String> problem(X509Certificate anchor, List<? extends X509Certificate> path) {
    if (anchor.getBasicConstraints() < 0) {
      return Optional.of(of(anchor, "trusted, but it is not a CA"));
    }
    boolean[] usage = anchor.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      return Optional.of(of(anchor, "trusted, but its key usage is not keyCertSign"));
    }
    Set<String> critical = anchor.getCriticalExtensionOIDs();
    Optional<String> unknown =
        critical == null
            ? Optional.empty()
            : critical.stream().filter(oid -> !KNOWN.contains(oid)).sorted().findFirst();
    if (unknown.isPresent()) {
      String story = "trusted, but its critical extension " + unknown.get() + " is not known";
      return Optional.of(of(anchor, story));
    }
    long between = path.stream().skip(1).filter(c -> !Pki.names(c, c)).count();
    if (between > anchor.getBasicConstraints()) { // the largest int without pathLenConstraint
      String story = between + " CAs below it, and it allows " + anchor.getBasicConstraints();
      return Optional.of(of(anchor, story));
    }
    return names(anchor, path);
  }

  private static Optional<String> names(
      X509Certificate anchor, List<? extends X509Certificate> path) {
    byte[] extension = anchor.getExtensionValue(Extension.nameConstraints.getId());
    if (extension == null) {
      return Optional.empty();
    }
    X509Certificate at = anchor;
    try {
      PKIXNameConstraintValidator allowed = new PKIXNameConstraintValidator();
      NameConstraints constraints =
          NameConstraints.getInstance(JcaX509ExtensionUtils.parseExtensionValue(extension));
      if (constraints.getPermittedSubtrees() != null) {
        allowed.intersectPermittedSubtree(constraints.getPermittedSubtrees());
      }
      if (constraints.getExcludedSubtrees() != null) {
        for (GeneralSubtree excluded : constraints.getExcludedSubtrees()) {
          allowed.addExcludedSubtree(excluded);
        }
      }
      for (X509Certificate one : path) {
        at = one;
        if (one == path.getFirst() || !Pki.names(one, one)) {
          check(allowed, one);
        }
      }
      return Optional.empty();
    } catch (NameConstraintValidatorException outside) {
      String story = "a name that " + Pki.name(anchor) + " does not vouch for: ";
      return Optional.of(of(at, story + outside.getMessage()));
    } catch (IOException | RuntimeException e) { // the many ways to refuse DER
      return Optional.of(of(at, "names or constraints of names cannot be read"));
    }
  }

  /** RFC 5280 section 4.2.1.10: the subject, addresses in it, and all alternative names. */
  private static void check(PKIXNameConstraintValidator allowed, X509Certificate certificate)
      throws NameConstraintValidatorException, IOException {
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    allowed.checkPermittedDN(subject);
    allowed.checkExcludedDN(subject);
    for (RDN part : subject.getRDNs(PKCSObjectIdentifiers.pkcs_9_at_emailAddress)) {
      for (AttributeTypeAndValue value : part.getTypesAndValues()) {
        if (value.getType().equals(PKCSObjectIdentifiers.pkcs_9_at_emailAddress)) {
          String mailbox = IETFUtils.valueToString(value.getValue());
          check(allowed, new GeneralName(GeneralName.rfc822Name, mailbox));
        }
      }
    }
    byte[] extension = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
    if (extension != null) {
      GeneralNames names =
          GeneralNames.getInstance(JcaX509ExtensionUtils.parseExtensionValue(extension));
      for (GeneralName name : Arrays.asList(names.getNames())) {
        check(allowed, name);
      }
    }
  }

  private static void check(PKIXNameConstraintValidator allowed, GeneralName name)
      throws NameConstraintValidatorException {
    allowed.checkPermitted(name);
    allowed.checkExcluded(name);
  }

  private static String of(X509Certificate certificate, String story) {
    return "certificate " + Pki.name(certificate) + ": " + story;
  }
}
