package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * What a certificate says about its owner; nothing here says that it is true.
 *
 * @param der the whole certificate
 * @param spki the public key
 * @param kind of the key; empty if nobody may authenticate with such a one
 * @param subject the DER of the subject's name
 * @param names the subject alternative names that can be IKE identities
 */
public record EndEntity(
    Octets der, Octets spki, Optional<KeyKind> kind, Octets subject, List<Name> names) {
  /** Longer than any certificate that is in use. */
  public static final int MAX_OCTETS = 16_384;

  private static final int MAX_NAMES = 256;

  public EndEntity {
    names = List.copyOf(names);
  }

  /**
   * A subject alternative name (RFC 5280 section 4.2.1.6), as it stands there: nothing for a log.
   *
   * @param type the ID type that it answers to: 1 and 5 addresses, 2 dNSName, 3 rfc822Name
   * @param text of types 2 and 3
   * @param address of types 1 and 5
   */
  public record Name(int type, String text, Octets address) {}

  /** Reads a DER encoded certificate. */
  public static EndEntity parse(Octets der) throws Malformed {
    DerShape.require(der, MAX_OCTETS, "Certificate");
    try {
      Certificate certificate = Certificate.getInstance(der.toArray());
      Octets spki = Octets.owning(certificate.getSubjectPublicKeyInfo().getEncoded("DER"));
      Octets subject = Octets.owning(certificate.getSubject().getEncoded("DER"));
      return new EndEntity(
          der,
          spki,
          KeyKind.ofSpki(spki),
          subject,
          names(certificate.getTBSCertificate().getExtensions()));
    } catch (IOException | RuntimeException e) { // the library's many ways to refuse DER
      throw Malformed.syntax(
          "Certificate", "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static List<Name> names(Extensions extensions) throws Malformed {
    List<Name> names = new ArrayList<>();
    if (extensions == null) {
      return names;
    }
    GeneralNames all = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    if (all == null) {
      return names;
    }
    if (all.getNames().length > MAX_NAMES) {
      throw Malformed.syntax("Certificate", all.getNames().length + " alternative names");
    }
    for (GeneralName name : all.getNames()) {
      switch (name.getTagNo()) {
        case GeneralName.dNSName -> names.add(new Name(2, name.getName().toString(), Octets.EMPTY));
        case GeneralName.rfc822Name ->
            names.add(new Name(3, name.getName().toString(), Octets.EMPTY));
        case GeneralName.iPAddress -> {
          Octets address = Octets.of(ASN1OctetString.getInstance(name.getName()).getOctets());
          names.add(new Name(address.length() == 4 ? 1 : 5, "", address));
        }
        default -> {} // no IKE identity looks like it
      }
    }
    return names;
  }

  /** The subject in words. */
  @Override
  public String toString() {
    return "\"" + DistinguishedName.text(subject) + "\"";
  }
}
