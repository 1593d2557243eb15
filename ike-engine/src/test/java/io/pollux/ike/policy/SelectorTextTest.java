package io.pollux.ike.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTextTest {
  @ParameterizedTest
  @CsvSource({
    "10.1.0.0/24, 10.1.0.0-10.1.0.255",
    "10.1.0.0/24[tcp/443], 10.1.0.0-10.1.0.255[6/443-443]",
    "10.1.0.0/24[tcp], 10.1.0.0-10.1.0.255[6/0-65535]",
    "10.1.0.7[udp/5000-5007], 10.1.0.7[17/5000-5007]",
    "10.1.0.7[icmp/8], 10.1.0.7[1/2048-2303]",
    "10.1.0.7[47], 10.1.0.7[47/0-65535]",
    "10.1.0.7[udp/opaque], 10.1.0.7[17/65535-0]",
    "10.1.0.7[any], 10.1.0.7"
  })
  void rfc7296_3_13_1_protocolsAndPorts(String text, String selector) {
    assertThat(SelectorText.parse(text)).hasToString(selector);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.0.0/24[tcp/443",
        "10.1.0.0/24[tcp/70000]",
        "10.1.0.0/24[any/443]",
        "10.1.0.0/24[tcp/9-8]",
        "10.1.0.0/24[foo]",
        "10.1.0.0/24[tcp/1/2]",
        "10.1.0.0/24[300]"
      })
  void whatIsWrongIsNamed(String text) {
    assertThatThrownBy(() -> SelectorText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }
}
