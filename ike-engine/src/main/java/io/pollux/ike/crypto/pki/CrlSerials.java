package io.pollux.ike.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.x509.TBSCertList;

/**
 * The serial numbers of a CRL: their last 64 bits, in order, so that eight octets are enough for
 * each. What is not among them is not on the list; what is, may be.
 */
final class CrlSerials {
  private final long[] sorted;

  private CrlSerials(long[] sorted) {
    this.sorted = sorted;
  }

  /** Of {@code list}; empty if one of its entries cannot be read. */
  static Optional<CrlSerials> of(X509CRL list) {
    try (ASN1InputStream in = new ASN1InputStream(list.getTBSCertList(), true)) { // one by one
      Enumeration<?> entries =
          TBSCertList.getInstance(in.readObject()).getRevokedCertificateEnumeration();
      long[] found = new long[64];
      int count = 0;
      while (entries.hasMoreElements()) {
        var entry = (TBSCertList.CRLEntry) entries.nextElement();
        if (count == found.length) {
          found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = low(entry.getUserCertificate().getValue());
      }
      long[] sorted = Arrays.copyOf(found, count);
      Arrays.sort(sorted);
      return Optional.of(new CrlSerials(sorted));
    } catch (IOException | CRLException | RuntimeException _) { // the many ways to refuse DER
      return Optional.empty();
    }
  }

  boolean mayContain(BigInteger serial) {
    return Arrays.binarySearch(sorted, low(serial)) >= 0;
  }

  private static long low(BigInteger serial) {
    return serial.longValue(); // bits that do not fit are left out
  }
}
