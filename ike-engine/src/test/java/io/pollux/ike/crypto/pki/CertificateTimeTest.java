package io.pollux.ike.crypto.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x509.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dates of certificates: the same as the library's, whatever the form. */
class CertificateTimeTest {
  @ParameterizedTest
  @CsvSource({
    "500101000000Z, 1950-01-01T00:00:00Z",
    "991231235959Z, 1999-12-31T23:59:59Z",
    "000229120000Z, 2000-02-29T12:00:00Z",
    "491231235959Z, 2049-12-31T23:59:59Z"
  })
  void utcTime(String text, Instant expected) {
    assertThat(CertificateTime.ms(new Time(new ASN1UTCTime(text))))
        .isEqualTo(expected.toEpochMilli());
  }

  @ParameterizedTest
  @CsvSource({
    "20500101000000Z, 2050-01-01T00:00:00Z",
    "20240229235959Z, 2024-02-29T23:59:59Z",
    "99991231235959Z, 9999-12-31T23:59:59Z" // RFC 5280 section 4.1.2.5: no end
  })
  void generalizedTime(String text, Instant expected) {
    assertThat(CertificateTime.ms(new Time(new ASN1GeneralizedTime(text))))
        .isEqualTo(expected.toEpochMilli());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2606011200Z", // no seconds
        "260601120000+0200",
        "260631120000Z", // there is none
        "250229120000Z",
        "260001120000Z",
        "261301120000Z",
        "260601240000Z",
        "260601126000Z",
        "260601120060Z"
      })
  void whatDerDoesNotAllowIsAsTheLibraryHasIt(String text) {
    Time time = new Time(new ASN1UTCTime(text));
    assertThat(CertificateTime.ms(time)).isEqualTo(time.getDate().getTime());
  }

  @ParameterizedTest
  @ValueSource(strings = {"20260601120000.5Z", "20260601120000+0100", "13000101000000Z"})
  void generalizedTimeOfOtherFormsIsAsTheLibraryHasIt(String text) {
    Time time = new Time(new ASN1GeneralizedTime(text));
    assertThat(CertificateTime.ms(time)).isEqualTo(time.getDate().getTime());
  }

  @Test
  void everyDayOfTheCenturyIsAsTheLibraryHasIt() {
    long day = 86_400_000L;
    for (long ms = Instant.parse("1950-01-01T03:04:05Z").toEpochMilli(), i = 0; i < 54_000; i++) {
      Time time = new Time(new Date(ms + i * day));
      assertThat(CertificateTime.ms(time)).isEqualTo(ms + i * day);
    }
  }
}
