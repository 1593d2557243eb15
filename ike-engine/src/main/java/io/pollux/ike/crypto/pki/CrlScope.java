package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * Which certificates a CRL is for: its issuing distribution point (RFC 5280 section 5.2.5). A CA
 * may divide its list by distribution points, by CA and end entity certificates, by reasons.
 */
final class CrlScope {
  private final Octets octets; // equal ones mean the same
  private final IssuingDistributionPoint point; // null: all certificates of the issuer

  private CrlScope(Octets octets, IssuingDistributionPoint point) {
    this.octets = octets;
    this.point = point;
  }

  /**
   * Of the extension's value.
   *
   * @param extension null if there is none
   * @throws Malformed if it is none
   */
  static CrlScope read(byte[] extension) throws Malformed {
    if (extension == null) {
      return new CrlScope(Octets.EMPTY, null);
    }
    try {
      return new CrlScope(
          Octets.of(extension),
          IssuingDistributionPoint.getInstance(
              JcaX509ExtensionUtils.parseExtensionValue(extension)));
    } catch (IOException | RuntimeException e) { // the many ways to refuse DER
      throw Malformed.syntax(
          "CRL", "issuing distribution point cannot be read: " + e.getClass().getSimpleName());
    }
  }

  /** Whether certificates of other CAs are on the list. */
  boolean isIndirect() {
    return point != null && point.isIndirectCRL();
  }

  /**
   * Whether {@code certificate}, which the list's issuer has issued, is good if it is not on the
   * list (section 6.3.3 (b) to (d)).
   */
  boolean covers(X509Certificate certificate) {
    if (point == null) {
      return true;
    }
    boolean isCa = certificate.getBasicConstraints() >= 0;
    if (point.isIndirectCRL()
        || point.getOnlySomeReasons() != null
        || point.onlyContainsAttributeCerts()
        || (point.onlyContainsUserCerts() && isCa)
        || (point.onlyContainsCACerts() && !isCa)) {
      return false;
    }
    if (point.getDistributionPoint() == null) {
      return true;
    }
    try {
      X500Name issuer = X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded());
      List<GeneralName> ours = names(point.getDistributionPoint(), issuer);
      return theirs(certificate, issuer).stream()
          .anyMatch(name -> ours.stream().anyMatch(one -> same(one, name)));
    } catch (IOException | RuntimeException _) { // the many ways to refuse DER
      return false;
    }
  }

  /**
   * Where all that revokes {@code certificate} is published. If it does not say so, under the name
   * of its issuer (section 6.3.3, last paragraph).
   */
  private static List<GeneralName> theirs(X509Certificate certificate, X500Name issuer)
      throws IOException {
    byte[] extension = certificate.getExtensionValue(Extension.cRLDistributionPoints.getId());
    if (extension == null) {
      return List.of(new GeneralName(issuer));
    }
    CRLDistPoint points =
        CRLDistPoint.getInstance(JcaX509ExtensionUtils.parseExtensionValue(extension));
    return Arrays.stream(points.getDistributionPoints())
        .filter(one -> one.getReasons() == null && isOf(one, issuer))
        .flatMap(
            one ->
                one.getDistributionPoint() == null
                    ? Arrays.stream(one.getCRLIssuer().getNames())
                    : names(one.getDistributionPoint(), issuer).stream())
        .toList();
  }

  private static boolean isOf(DistributionPoint point, X500Name issuer) {
    GeneralNames by = point.getCRLIssuer();
    return by == null
        ? point.getDistributionPoint() != null
        : Arrays.stream(by.getNames()).anyMatch(name -> same(name, new GeneralName(issuer)));
  }

  private static List<GeneralName> names(DistributionPointName point, X500Name issuer) {
    if (point.getType() == DistributionPointName.FULL_NAME) {
      return List.of(GeneralNames.getInstance(point.getName()).getNames());
    }
    ASN1EncodableVector last = new ASN1EncodableVector();
    ASN1Set.getInstance(point.getName()).forEach(last::add);
    RDN[] above = issuer.getRDNs();
    RDN[] all = Arrays.copyOf(above, above.length + 1);
    all[above.length] = RDN.getInstance(new org.bouncycastle.asn1.DERSet(last));
    return List.of(new GeneralName(new X500Name(all)));
  }

  private static boolean same(GeneralName one, GeneralName other) {
    return one.getTagNo() == other.getTagNo()
        && (one.getTagNo() == GeneralName.directoryName
            ? X500Name.getInstance(one.getName()).equals(X500Name.getInstance(other.getName()))
            : one.equals(other));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CrlScope that && octets.equals(that.octets);
  }

  @Override
  public int hashCode() {
    return Objects.hash(octets);
  }

  @Override
  public String toString() {
    return point == null ? "all certificates" : point.toString();
  }
}
