package io.pollux.agent.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The kernel's part is tested with packages and containers, in integration-tests. */
class RequirementsTest {
  @Test
  void namesTheCapabilitiesThatAreMissing() {
    assertThat(missing("0000000000003400")).isEmpty();
    assertThat(missing("000001ffffffffff")).isEmpty();
    assertThat(missing("0000000000002400"))
        .singleElement()
        .asString()
        .startsWith("capability CAP_NET_ADMIN is missing")
        .endsWith("--cap-add NET_ADMIN");
    assertThat(missing("0000000000000000")).hasSize(3);
  }

  private static List<String> missing(String effective) {
    return Requirements.missingCapabilities(
        List.of("Name:\tjava", "CapPrm:\t0000000000000000", "CapEff:\t" + effective));
  }
}
