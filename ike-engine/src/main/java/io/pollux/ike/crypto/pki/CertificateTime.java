package io.pollux.ike.crypto.pki;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.bouncycastle.asn1.x509.Time;

/**
 * The dates of certificates (RFC 5280 section 4.1.2.5). The library reads each with a new formatter
 * with a calendar of its own, which takes longer than to read all the rest of a certificate.
 */
final class CertificateTime {
  private static final int DIGITS = 14; // yyyyMMddHHmmss
  private static final String UTC = "GMT+00:00"; // as the library writes "Z"
  private static final int GREGORIAN = 1600; // before, the library's calendar is another one

  private CertificateTime() {}

  /**
   * Milliseconds since 1970. What is not in the form that DER requires is left to the library.
   *
   * @throws RuntimeException if it is no time at all
   */
  static long ms(Time time) {
    String text = time.getTime();
    if (text.length() == DIGITS + UTC.length() && text.endsWith(UTC)) {
      int year = number(text, 0, 4);
      int month = number(text, 4, 6);
      int day = number(text, 6, 8);
      int hour = number(text, 8, 10);
      int minute = number(text, 10, 12);
      int second = number(text, 12, 14);
      if (year >= GREGORIAN && hour >= 0 && minute >= 0 && second >= 0) {
        try {
          return LocalDateTime.of(year, month, day, hour, minute, second)
              .toInstant(ZoneOffset.UTC)
              .toEpochMilli();
        } catch (DateTimeException _) {
          return time.getDate().getTime(); // it takes the 31st of June for the 1st of July
        }
      }
    }
    return time.getDate().getTime();
  }

  /** -1 if there is anything but digits. */
  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = 10 * value + digit;
    }
    return value;
  }
}
