package io.pollux.ike.crypto.pki;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 4945 section 3.1: what an ID payload and a certificate have to do with each other. */
class IdentityMatchTest {
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");

  private static Identity id(int type, String text) {
    return new Identity(type, Octets.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static boolean speaks(Entity entity, Identity id) throws Malformed {
    return IdentityMatch.problem(EndEntity.parse(entity.der()), id).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "gw.example.org, gw.example.org, true",
    "gw.example.org, GW.Example.ORG, true",
    "gw.example.org, other.example.org, false",
    "*.example.org, gw.example.org, true",
    "*.example.org, a.gw.example.org, false",
    "*.example.org, example.org, false",
    "*.example.org, *.example.org, false",
    "*.org, example.org, false",
    "g*.example.org, gw.example.org, false",
  })
  void section3_1_2Fqdn(String certified, String claimed, boolean expected) throws Malformed {
    Entity entity = TestPki.request("CN=x", "p256").dns(certified).by(ROOT);
    assertThat(speaks(entity, id(2, claimed))).isEqualTo(expected);
  }

  @Test
  void namesOfAnUncheckedCertificateAreShownFewAndPrintable() throws Malformed {
    TestPki.Request request =
        TestPki.request("CN=x", "p256")
            .dns("gw\33[2J\r.example")
            .name(GeneralName.rfc822Name, "a\33@b")
            .dns("a".repeat(5000));
    for (int i = 0; i < 100; i++) {
      request.dns("host" + i + ".example");
    }
    EndEntity entity = EndEntity.parse(request.by(ROOT).der());
    String why = IdentityMatch.problem(entity, id(2, "gw\33.example")).orElseThrow();
    assertThat(why).contains("[gw?[2J?.example, ").contains("host5.example] and 94 more");
    assertThat(why).doesNotContainPattern("\\p{Cc}").hasSizeLessThan(1000);
    assertThat(IdentityMatch.problem(entity, id(3, "c@d")).orElseThrow()).endsWith("[a?@b]");
    assertThat(IdentityMatch.problem(entity, id(2, "gw?[2J?.example"))).isPresent();
  }

  @Test
  void section3_1_2CommonNameIsNoDomainName() throws Malformed {
    assertThat(speaks(TestPki.request("CN=gw.example", "p256").by(ROOT), id(2, "gw.example")))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({"a@b.example, a@B.example, true", "a@b.example, A@b.example, false"})
  void section3_1_3UserFqdn(String certified, String claimed, boolean expected) throws Malformed {
    Entity entity =
        TestPki.request("CN=x", "p256").name(GeneralName.rfc822Name, certified).by(ROOT);
    assertThat(speaks(entity, id(3, claimed))).isEqualTo(expected);
  }

  @Test
  void section3_1_1Addresses() throws Malformed {
    Entity entity =
        TestPki.request("CN=x", "p256")
            .name(GeneralName.iPAddress, "192.0.2.1")
            .name(GeneralName.iPAddress, "2001:db8::1")
            .by(ROOT);
    assertThat(speaks(entity, new Identity(1, Octets.ofHex("c0000201")))).isTrue();
    assertThat(speaks(entity, new Identity(1, Octets.ofHex("c0000202")))).isFalse();
    assertThat(speaks(entity, new Identity(5, Octets.ofHex("20010db8000000000000000000000001"))))
        .isTrue();
  }

  @Test
  void section3_1_5DistinguishedName() throws Malformed {
    Entity entity = TestPki.request("CN=gw,O=Example,C=DE", "p256").by(ROOT);
    assertThat(speaks(entity, dn("CN=gw, O=Example, C=DE"))).isTrue();
    assertThat(speaks(entity, dn("CN=GW, O=example, C=DE"))).isTrue();
    assertThat(speaks(entity, dn("O=Example, CN=gw, C=DE"))).isFalse();
    assertThat(speaks(entity, dn("CN=gw, O=Example"))).isFalse();
    assertThat(speaks(entity, dn("CN=*, O=Example, C=DE"))).isFalse();
  }

  @Test
  void wildcardInACertificatesSubjectIsNone() throws Malformed {
    Entity entity = TestPki.request("CN=*,O=Example", "p256").by(ROOT);
    assertThat(speaks(entity, dn("CN=gw, O=Example"))).isFalse();
  }

  @Test
  void keyIdIsNotSpokenFor() throws Malformed {
    assertThat(speaks(TestPki.gateway("a.b", "p256", ROOT), id(11, "a.b"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "2, *.example.org, gw.example.org, true",
    "2, *.example.org, a.b.example.org, true",
    "2, *.example.org, example.org, false",
    "2, *.example.org, notexample.org, false",
    "2, gw.example.org, GW.example.org, true",
    "3, *@example.org, me@example.org, true",
    "3, *@example.org, me@sub.example.org, false",
  })
  void operatorsWildcards(int type, String wanted, String actual, boolean expected) {
    assertThat(IdentityMatch.accepts(id(type, wanted), id(type, actual))).isEqualTo(expected);
  }

  @Test
  void operatorsWildcardsInNames() {
    assertThat(IdentityMatch.accepts(dn("CN=*, O=Example"), dn("CN=gw, O=Example"))).isTrue();
    assertThat(IdentityMatch.accepts(dn("CN=*, O=Example"), dn("CN=gw, O=Other"))).isFalse();
    assertThat(IdentityMatch.isPattern(dn("CN=*, O=Example"))).isTrue();
    assertThat(IdentityMatch.accepts(id(2, "a.example"), id(3, "a.example"))).isFalse();
  }

  @Test
  void nameReadsAsTheOperatorWroteIt() {
    assertThat(dn("CN=gw, O=Example")).hasToString("CN=gw, O=Example");
  }

  private static Identity dn(String text) {
    return new Identity(9, DistinguishedName.parse(text));
  }
}
