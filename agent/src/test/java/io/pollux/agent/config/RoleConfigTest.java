package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What decides about the role: VRRP, checks, external mode, hooks. */
class RoleConfigTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String INSTANCE =
      "instances { out { interface = wan0, vrid = 51, addresses = [203.0.113.1/32] } }";

  @TempDir Path folder;

  @BeforeEach
  void identity() throws IOException {
    Path file = Files.writeString(folder.resolve("node.pem"), "anything");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void whatIsTrackedIsRead() throws Exception {
    HaConfig ha =
        load(
            """
            vrrp { %s, start-hold = 5s, track-link = -10, track-engine = 0
              track-interfaces { eth1 = 0, eth2 = -20 }
              checks { up { command = ["/bin/ping", "-c1", "192.0.2.1"], interval = 2s, weight = -30, rise = 2, fall = 3 } }
            }
            hooks { role = "/etc/pollux/role", timeout = 3s }
            """
                .formatted(INSTANCE));
    HaConfig.Tracking tracking = ha.vrrp().tracking();
    assertThat(tracking.interfaces()).isEqualTo(Map.of("eth1", 0, "eth2", -20));
    assertThat(tracking.checks())
        .containsExactly(
            new HaConfig.Check(
                "up", List.of("/bin/ping", "-c1", "192.0.2.1"), 2 * SECOND, 2 * SECOND, -30, 2, 3));
    assertThat(tracking.link()).hasValue(-10);
    assertThat(tracking.engine()).hasValue(0);
    assertThat(ha.vrrp().startHoldNs()).isEqualTo(5 * SECOND);
    assertThat(ha.hook()).contains(new HaConfig.RoleHook("/etc/pollux/role", 3 * SECOND));
    assertThat(ha.external()).isFalse();
  }

  @Test
  void witnessesAreRead() throws Exception {
    HaConfig ha =
        load(
            "witnesses = [192.0.2.1, \"192.0.2.53:53\", \"2001:db8::1\", \"[2001:db8::53]:853\"],"
                + " witness-timeout = 150ms, vrrp { %s }".formatted(INSTANCE));
    HaConfig.Witnesses witnesses = ha.witnesses().orElseThrow();
    assertThat(witnesses.timeoutNs()).isEqualTo(SECOND * 150 / 1000);
    assertThat(witnesses.all())
        .extracting(HaConfig.Witness::toString)
        .containsExactly(
            "192.0.2.1", "192.0.2.53:53", "2001:db8:0:0:0:0:0:1", "[2001:db8:0:0:0:0:0:53]:853");
    assertThat(load("vrrp { %s }".formatted(INSTANCE)).witnesses()).isEmpty();
  }

  @Test
  void wrongWitnessesAreNamed() {
    for (String wrong :
        List.of("router.example", "192.0.2.1:0", "192.0.2.1:70000", "192.0.2.1:x")) {
      assertThat(
              catchThrowableOfType(
                  ConfigException.class,
                  () -> load("witnesses = [\"%s\"], vrrp { %s }".formatted(wrong, INSTANCE))))
          .as(wrong)
          .hasMessageContaining("witnesses")
          .hasMessageContaining(wrong);
    }
  }

  @Test
  void externalModeHasAddressesAndNoVrrp() throws Exception {
    String addresses =
        "addresses { out { interface = wan0, addresses = [203.0.113.1/32, \"2001:db8::1/128\"] } }";
    HaConfig ha = load("external = true, " + addresses);
    assertThat(ha.external()).isTrue();
    assertThat(ha.vips()).hasToString("[203.0.113.1/32, 2001:db8:0:0:0:0:0:1/128]");
    assertThat(problems("external = true")).contains("ha.addresses: has none");
    assertThat(problems("external = true, " + addresses + ", vrrp { " + INSTANCE + " }"))
        .contains("ha.vrrp: stands beside external = true");
    assertThat(problems(addresses + ", vrrp { " + INSTANCE + " }"))
        .contains("ha.addresses: is not a key of this section");
  }

  @Test
  void aVridServesEachFamilyOnce() throws Exception {
    String both =
        """
        vrrp { instances {
          v4 { interface = wan0, vrid = 51, peer = 192.0.2.2, addresses = [203.0.113.1/32] }
          v6 { interface = wan0, vrid = 51, peer = "fe80::2", addresses = ["2001:db8::1/128"] }
        } }
        """;
    assertThat(load(both).vrrp().instances()).hasSize(2);
    assertThat(problems(both.replace("\"fe80::2\"", "192.0.2.2")))
        .contains("v6.peer: 192.0.2.2 is not of the family of addresses");
    assertThat(
            problems(
                "vrrp { instances { out { interface = wan0, vrid = 51, addresses = [203.0.113.1/32, \"2001:db8::1/128\"] } } }"))
        .contains("has both families");
  }

  @Test
  void programsHaveAbsolutePaths() {
    assertThat(problems("vrrp { " + INSTANCE + ", checks { up { command = [ping] } } }"))
        .contains("ha.vrrp.checks.up.command: names no program");
    assertThat(problems("vrrp { " + INSTANCE + " }, hooks { role = \"role\" }"))
        .contains("ha.hooks.role: is \"role\"; expected the absolute path");
  }

  private HaConfig load(String more) throws Exception {
    Path file = folder.resolve("pollux.conf");
    Files.writeString(
        file,
        """
        ha {
          link { local = 10.99.0.1, peer = 10.99.0.2, identity = node.pem, peer-fingerprint = "sha256:%s" }
          %s
        }
        """
            .formatted("0".repeat(64), more));
    return ConfigLoader.load(file).ha().orElseThrow();
  }

  private String problems(String more) {
    ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(more));
    assertThat(refused).isNotNull();
    return refused.getMessage();
  }
}
