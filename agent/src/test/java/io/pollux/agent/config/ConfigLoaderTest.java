package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pollux.ha.induced.InducedPolicy;
import io.pollux.ha.link.NodeIdentity;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final String CONNECTION =
      """
      secrets = [secrets.conf]
      connections {
        branch {
          local { address = 203.0.113.1, id = hub.example.org }
          remote { address = 203.0.113.20, id = branch.example.org }
          proposals = [aes256gcm16-prfsha384-x25519]
          children {
            lan { local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24], esp-proposals = [aes256gcm16-esn] }
          }
        }
      }
      """;
  private static final String HA =
      """
      ha {
        link { local = 10.99.0.1, peer = 10.99.0.2, identity = node.pem, peer-fingerprint = "sha256:%s" }
        vrrp {
          advert-interval = 100ms
          instances {
            outside { interface = wan0, vrid = 51, peer = 203.0.113.3, addresses = [203.0.113.1/32] }
            inside { interface = lan0, vrid = 52, peer = 10.1.0.3, addresses = [10.1.0.1/32] }
          }
        }
      }
      """
          .formatted("0".repeat(64));

  @TempDir Path folder;

  @BeforeEach
  void writeSecrets() throws IOException {
    write(
        "secrets.conf", "psk { \"branch.example.org\" = \"correct horse battery\" }", "rw-------");
    write("node.pem", "anything", "rw-------");
  }

  @Test
  void aFileForKeysIsNamedByTheOperatorAlone() throws Exception {
    assertThat(load(CONNECTION).ikeKeysFile()).isEmpty();
    PolluxConfig config = load(CONNECTION + "log.ike-keys-file = keys/table");
    assertThat(config.ikeKeysFile()).contains(folder.resolve("keys/table"));
    assertThat(load(CONNECTION).reloaded(config).ikeKeysFile()).isPresent();
    assertThat(config.reloaded(load(CONNECTION)).ikeKeysFile()).isEmpty();
    assertThat(PolluxConfig.isLive("log.ike-keys-file")).isTrue();
  }

  @Test
  void aTemplateIsNoConnectionAndItsMistakesAreNamedWhereItIsUsed() throws Exception {
    String template =
        """
        secrets = [secrets.conf]
        templates.branch {
          local { address = 203.0.113.1, id = hub.example.org }
          remote { id = branch.example.org }
          children { lan { local-ts = [10.1.0.0/24] } }
        }
        """;
    PolluxConfig config =
        load(
            template
                + "connections.a = ${templates.branch} { remote.address = 203.0.113.20\n"
                + "  children.lan.remote-ts = [10.2.0.0/24] }\n");
    assertThat(config.connections()).extracting(c -> c.name()).containsExactly("a");
    assertThat(config.connections().getFirst().children().getFirst().localTs()).hasSize(1);
    assertThat(config.keys())
        .containsKey("connections.a.local.address")
        .doesNotContainKey("templates.branch.local.address");
    assertThat(load(template).connections()).isEmpty();
    assertThat(problems("templates = 5")).contains("templates: expected a section");
    assertThat(problems(template + "connections.a = ${templates.branch} { remote.adress = 1 }"))
        .contains("connections.a.remote.adress");
    assertThat(problems("connections.a = ${templates.none}")).contains("templates.none");
  }

  @Test
  void aWholePairIsRead() throws Exception {
    PolluxConfig config = load(CONNECTION + HA);
    assertThat(config.connections()).hasSize(1);
    assertThat(config.connections().getFirst().children().getFirst().remoteTs())
        .hasToString("[10.2.0.0-10.2.0.255]");
    assertThat(config.ha().orElseThrow().vrrp().advertNs()).isEqualTo(100_000_000L);
    assertThat(config.ha().orElseThrow().vips()).hasToString("[10.1.0.1/32, 203.0.113.1/32]");
  }

  @Test
  void anEmptyFileStartsAndDoesNothing() throws Exception {
    assertThat(load("").connections()).isEmpty();
  }

  @Test
  void inducedRekeysAreForRedundantPeersAlone() throws Exception {
    assertThat(load(CONNECTION).induced())
        .isEqualTo(new InducedConfig(InducedPolicy.DEFAULT, 1_000_000_000L, Set.of()));
    InducedConfig config =
        load(CONNECTION
                + "connections.branch.remote.redundant = true\n"
                + "induced-rekey { packets = 5, time = 1s, consecutive = 2, quiet = 9s }")
            .induced();
    assertThat(config.redundant()).containsExactly("branch");
    assertThat(config.policy())
        .isEqualTo(new InducedPolicy(5, 1_000_000_000L, 2, 9_000_000_000L, 10));
    assertThat(problems("induced-rekey.packets = 0"))
        .contains("induced-rekey.packets: is 0; expected a number from 1 to");
  }

  @Test
  void aConnectionHookIsAnAbsolutePath() throws Exception {
    assertThat(load("").connectionHook()).isEmpty();
    assertThat(load("hooks { connection = /etc/pollux/updown, timeout = 3s }").connectionHook())
        .contains(new HaConfig.RoleHook("/etc/pollux/updown", 3_000_000_000L));
    assertThat(problems("hooks.connection = updown"))
        .contains("hooks.connection: is \"updown\"; expected the absolute path of a program");
  }

  @Test
  void metricsAreServedWhereTheySay() throws Exception {
    assertThat(load("").metrics()).isEmpty();
    assertThat(load("metrics {}").metrics().orElseThrow()).hasToString("/127.0.0.1:9517");
    assertThat(load("metrics.listen = \"[::1]:9000\"").metrics().orElseThrow().getPort())
        .isEqualTo(9000);
    assertThat(problems("metrics.listen = \"127.0.0.1\""))
        .contains("pollux.conf:1: metrics.listen: is \"127.0.0.1\"; expected ADDRESS:PORT");
  }

  @Test
  void whatHasNoEndIsNotRead() throws Exception {
    for (Path file : List.of(Path.of("/dev/zero"), folder)) {
      assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file)))
          .hasMessageContaining(file + ": is not a regular file");
    }
    Path large = folder.resolve("large.conf");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength((64L << 20) + 1);
    }
    assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(large)))
        .hasMessageContaining("large.conf: is larger than 64 MiB");
  }

  @Test
  void anUnknownKeyIsNamedWithItsLineAndTheKeyThatWasMeant() {
    assertThat(problems("node {\n  nmae = a\n}\n"))
        .contains("pollux.conf:2: node.nmae: is not a key of this section; did you mean name?");
  }

  @Test
  void everyProblemIsReportedAtOnce() {
    assertThat(
            problems(
                CONNECTION.replace("aes256gcm16-prfsha384-x25519", "aes256gcm16-prfsha999-x25519")
                    + HA.replace("vrid = 51", "vrid = 510").replace("100ms", "103ms")))
        .contains("prfsha999")
        .contains("ha.vrrp.instances.outside.vrid: is 510; expected a number from 1 to 255")
        .contains("not a multiple of 10ms");
  }

  @Test
  void aSecretThatOthersCanReadIsRefusedAndItsContentNotShown() throws Exception {
    write(
        "secrets.conf", "psk { \"branch.example.org\" = \"correct horse battery\" }", "rw-r--r--");
    assertThat(problems(CONNECTION))
        .contains("has mode rw-r--r--; expected rw-------")
        .doesNotContain("correct horse");
  }

  @Test
  void aBrokenSecretsFileIsNotQuoted() throws Exception {
    write("secrets.conf", "psk { \"branch.example.org\" = correct horse } battery }", "rw-------");
    assertThat(problems(CONNECTION)).contains("is not valid HOCON").doesNotContain("horse");
  }

  @Test
  void aMissingSecretIsNamedByItsIdentity() throws Exception {
    write("secrets.conf", "psk { }", "rw-------");
    assertThat(problems(CONNECTION))
        .contains(
            "connections.branch: has no pre-shared key; expected one for \"branch.example.org\"");
  }

  @Test
  void aShortSecretIsRefused() throws Exception {
    write("secrets.conf", "psk { \"branch.example.org\" = abc }", "rw-------");
    assertThat(problems(CONNECTION)).contains("shorter than 8 octets");
  }

  @Test
  void withHighAvailabilityTheLocalAddressIsAVirtualOne() {
    assertThat(
            problems(CONNECTION.replace("address = 203.0.113.1,", "address = 203.0.113.2,") + HA))
        .contains("expected one of the virtual addresses of this pair, 10.1.0.1, 203.0.113.1");
  }

  @Test
  void aJumpOfZeroNeedsTheLabSwitch() throws Exception {
    String zero = CONNECTION + HA.replace("ha {", "ha { jump = \"fixed 0\"");
    assertThat(problems(zero)).contains("a jump of 0 loses traffic");
    assertThat(load(zero + "lab { unsafe = true }").ha().orElseThrow().jump())
        .isEqualTo(new HaConfig.JumpSetting.Fixed(0));
  }

  @Test
  void hostBitsInASelectorAreAnError() {
    assertThat(problems(CONNECTION.replace("10.2.0.0/24", "10.2.0.7/24")))
        .contains("this has host bits set: 10.2.0.0/24");
  }

  @Test
  void aSyntaxErrorHasItsLine() {
    assertThat(problems("node {\n name = [\n")).contains("pollux.conf:");
  }

  @Test
  void aMissingFileSaysSo() {
    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigLoader.load(folder.resolve("none.conf")));
    assertThat(refused).hasMessageContaining("none.conf: does not exist");
  }

  @Test
  void dropInsAddToTheFile() throws Exception {
    Files.createDirectory(folder.resolve("conf.d"));
    write("conf.d/10-branch.conf", CONNECTION.replace("secrets = [secrets.conf]", ""), "rw-r--r--");
    assertThat(load("secrets = [secrets.conf]").connections()).hasSize(1);
  }

  @Test
  void aPeerIsNotThisNode() throws Exception {
    NodeIdentity own = NodeIdentity.generate("a", new SecureRandom());
    Files.delete(folder.resolve("node.pem"));
    own.write(folder.resolve("node.pem"));
    String zero = "sha256:" + "0".repeat(64);
    assertThat(problems(CONNECTION + HA.replace(zero, own.fingerprint().toString())))
        .contains("ha.link.peer-fingerprint: is this node's own; expected the other node's");
    assertThat(load(CONNECTION + HA).ha()).isPresent();
  }

  private PolluxConfig load(String text) throws Exception {
    return ConfigLoader.load(write("pollux.conf", text, "rw-r--r--"));
  }

  private String problems(String text) {
    ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(text));
    assertThat(refused).isNotNull();
    return refused.getMessage();
  }

  private Path write(String name, String text, String mode) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
