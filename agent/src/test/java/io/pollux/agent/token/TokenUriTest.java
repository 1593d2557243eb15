package io.pollux.agent.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.wire.Octets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** URIs of RFC 7512. */
class TokenUriTest {
  @Test
  void everyAttribute() {
    TokenUri uri =
        TokenUri.parse(
            "pkcs11:token=My%20token;serial=01;manufacturer=ACME;model=X;slot-id=7;object=vpn%3b"
                + ";id=%0a%FF;type=private?module-path=/usr/lib/p11.so&pin-source=file:/etc/pin");
    assertThat(uri.token()).contains("My token");
    assertThat(uri.serial()).contains("01");
    assertThat(uri.manufacturer()).contains("ACME");
    assertThat(uri.model()).contains("X");
    assertThat(uri.slot()).contains(7L);
    assertThat(uri.object()).contains("vpn;");
    assertThat(uri.id()).contains(Octets.ofHex("0aff"));
    assertThat(uri.module()).isEqualTo("/usr/lib/p11.so");
    assertThat(uri.pinSource()).contains("/etc/pin");
  }

  @Test
  void whatIsNotSaidMatchesAnything() {
    TokenUri uri = TokenUri.parse("pkcs11:id=a?module-path=p11.so&pin-source=file:///run/pin");
    assertThat(uri.token()).isEmpty();
    assertThat(uri.object()).isEmpty();
    assertThat(uri.id()).contains(Octets.ofHex("61"));
    assertThat(uri.pinSource()).contains("/run/pin");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pkcs11:object=a | does not name a module",
        "pkcs11:token=a?module-path=b | does not name a key",
        "pkcs11:object=a;type=cert?module-path=b | names a cert; expected type=private",
        "pkcs11:object=a;colour=red?module-path=b | has the attribute colour; expected id, manu",
        "pkcs11:object=a;object=b?module-path=b | has object twice",
        "pkcs11:object=%4?module-path=b | has object with a % that two hex digits do not follow",
        "pkcs11:object=%zz?module-path=b | has object with a %",
        "pkcs11:object=%ff?module-path=b | has object that is not UTF-8",
        "pkcs11:object=a;slot-id=x?module-path=b | has slot-id=x; expected a number",
        "pkcs11:object=a?module-path=b&pin-source=%7ccat | has a program as pin-source",
      })
  void whatIsWrongIsSaid(String uri, String why) {
    assertThatThrownBy(() -> TokenUri.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "pkcs11:object=a?module-path=b&pin-value=81726354",
    "pkcs11:object=a?pin-value=81726354&module-path=b",
    "pkcs11:object=a;pin-value=81726354?module-path=b",
    "pkcs11:object=a?module-path=b&pin-value=x&81726354",
    "pkcs11:object=a?module-path=b&81726354",
    "pkcs11:object=a?module-path=b&PIN-VALUE=81726354",
  })
  void pinIsRefusedAndNotQuoted(String uri) {
    assertThatThrownBy(() -> TokenUri.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("81726354");
  }
}
