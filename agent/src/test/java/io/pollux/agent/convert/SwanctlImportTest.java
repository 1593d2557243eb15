package io.pollux.agent.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.ike.policy.ChildPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwanctlImportTest {
  private static final String SWANCTL =
      """
      connections {
        branch {
          version = 2
          local_addrs = 203.0.113.1
          remote_addrs = 203.0.113.20   # theirs
          proposals = aes256gcm16-prfsha384-x25519, camellia256-sha512-modp8192, default
          dpd_delay = 30s
          rekey_time = 4h
          vips = 10.9.0.0
          local {
            auth = psk
            id = hub.example.org
          }
          remote { auth = psk
            id = branch.example.org }
          children {
            lan {
              local_ts = 10.1.0.0/24, 10.5.0.0/24
              remote_ts = 10.2.0.0/24
              esp_proposals = aes256gcm16-esn
              rekey_time = 3600
              start_action = start
              updown = /usr/lib/ipsec/_updown
            }
          }
        }
        old { version = 1 }
      }
      secrets {
        ike-branch {
          id-1 = branch.example.org
          secret = "a # long = { secret"
        }
        rsa-hub { file = hub.pem }
      }
      pools { p { addrs = 10.9.0.0/24 } }
      """;

  @TempDir Path folder;

  private static SwanctlImport.Result translate(String text) {
    return SwanctlImport.translate(new Source(Path.of("swanctl.conf"), text), "secrets.conf");
  }

  @Test
  void whatCanBeTranslatedIsAValidConfiguration() throws Exception {
    SwanctlImport.Result result = translate(SWANCTL);
    Path secrets =
        Files.createFile(
            folder.resolve("secrets.conf"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secrets, result.secrets());
    PolluxConfig config =
        ConfigLoader.load(Files.writeString(folder.resolve("pollux.conf"), result.configuration()));
    var branch = config.connections().getFirst();
    assertThat(branch.name()).isEqualTo("branch");
    assertThat(branch.remoteAddress().orElseThrow().getHostAddress()).isEqualTo("203.0.113.20");
    assertThat(branch.proposals()).hasSize(1);
    assertThat(branch.ikeRekey().softNs()).isEqualTo(4 * 3600 * 1_000_000_000L);
    ChildPolicy lan = branch.children().getFirst();
    assertThat(lan.localTs()).hasToString("[10.1.0.0-10.1.0.255, 10.5.0.0-10.5.0.255]");
    assertThat(lan.rekey().softNs()).isEqualTo(3600 * 1_000_000_000L);
    assertThat(lan.start()).isEqualTo(ChildPolicy.StartAction.START);
    assertThat(config.connections()).hasSize(1);
  }

  @Test
  void whatCannotIsNamedWithItsLine() {
    SwanctlImport.Result result = translate(SWANCTL);
    assertThat(result.notes())
        .anyMatch(n -> n.startsWith("line 6: connections.branch.proposals camellia256"))
        .contains("line 9: connections.branch.vips has no counterpart")
        .contains("line 23: connections.branch.children.lan.updown has no counterpart")
        .contains("line 27: connections.old is IKEv1, which is not spoken here (RFC 9395)")
        .contains("line 34: secrets.rsa-hub is no pre-shared key: convert it by hand")
        .contains("line 36: pools has no counterpart")
        .hasSize(6);
    assertThat(result.toString()).doesNotContain("long");
    assertThat(result.configuration()).doesNotContain("long");
  }

  @Test
  void packetsThatStartATunnelAndTransportMode() throws Exception {
    SwanctlImport.Result result =
        translate(
            """
            connections {
              a {
                local_addrs = 203.0.113.1
                remote_addrs = 203.0.113.20
                children {
                  lan {
                    local_ts = 10.1.0.0/24
                    remote_ts = 10.2.0.0/24
                    start_action = trap
                  }
                  hosts {
                    mode = transport
                  }
                  gone {
                    mode = beet
                  }
                }
              }
            }
            secrets {
              ike-a {
                id = 203.0.113.20
                secret = "long enough for this"
              }
            }
            """);
    assertThat(result.notes())
        .containsExactly(
            "line 14: connections.a.children.gone is mode beet, which does not exist here");
    Path secrets =
        Files.createFile(
            folder.resolve("secrets.conf"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secrets, result.secrets());
    PolluxConfig config =
        ConfigLoader.load(Files.writeString(folder.resolve("pollux.conf"), result.configuration()));
    assertThat(config.connections().getFirst().children())
        .extracting(c -> c.name() + " " + c.start() + " " + c.transport())
        .containsExactly("hosts NONE true", "lan ON_DEMAND false");
  }

  @Test
  void brokenTextIsNamedWithItsLine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translate("a {\n b = 1\n"))
        .withMessage("line 1: a { without its }");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translate("}\n"))
        .withMessage("line 1: a } without its {");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translate("connections\n\nsecret \"of somebody\"\n"))
        .withMessage("line 3: expected the { of the section named before");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translate("secret \"of somebody\"\n"))
        .withMessage("line 1: expected a section {, key = value or }");
  }

  @Test
  void aSecretWithoutItsEqualsSignIsNotQuoted() {
    assertThatThrownBy(() -> translate("secrets {\n ike { secret sesame }\n}"))
        .hasMessageContaining("line 2: expected a section {, key = value or }")
        .hasMessageNotContaining("sesame");
    assertThatThrownBy(() -> translate("secrets {\n ike {\n sesame\n secret = x\n }\n}"))
        .hasMessageNotContaining("sesame");
  }
}
