package io.pollux.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The demo's {@code roles} with advertisements of one second: cuts of link and VRRP, IPv6 outside,
 * route tunnels, keepalived. The verdicts are those of the demo.
 */
@LabTest
@Tag("long")
class RoleScenariosLabTest {
  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "link-cut",
        "one-way",
        "split-brain",
        "vrrp-cut",
        "ipv6",
        "vti",
        "xfrm-interface",
        "keepalived"
      })
  void holds(String scenario) {
    String[] arguments = {
      "--scenario",
      Scenario.named(scenario).text(),
      "--advert",
      "1000",
      "--pps",
      "250",
      "--report",
      dir.resolve("report").toString(),
      "--work",
      "/run/roles",
      "--pollux",
      System.getProperty("pollux.home"),
      "--labflow",
      System.getProperty("pollux.root") + "/integration-tests/target/native/labflow"
    };
    assertThat(Main.run(arguments)).as(scenario + ": what the report says").isTrue();
  }
}
